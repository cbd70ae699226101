"""Plugins of the keyring library that a test puts into a path, as `pip install` would."""

# What a plugin does as it is loaded; each says NOISE by another way.
NOISY = {
    "cannot be imported": "import nothing_of_this_name",
    "has an error in it": "def NOISE",
    "fails as it begins": "def begin(): raise RuntimeError('NOISE')",
    "prints": "import sys\nprint('NOISE')\nprint('NOISE', file=sys.stderr)",
    "writes bytes": "import os\nos.write(1, b'NOISE')\nos.write(2, b'NOISE')",
    "runs a child": "import subprocess\nsubprocess.run(['sh', '-c', 'echo NOISE; echo NOISE >&2'])",
    "logs": "import logging\nlogging.error('NOISE')\nlogging.getLogger('x').warning('NOISE')",
    "warns": "import warnings\nwarnings.warn('NOISE')",
    "prints at the end": "import atexit\natexit.register(lambda: print('NOISE', flush=True))",
    "prints in a thread": (
        "import threading\n"
        "def fail():\n"
        "    print('NOISE')\n"
        "    raise RuntimeError('NOISE')\n"
        "threading.Thread(target=fail).start()"
    ),
    "prints when it is asked": (
        "from keyring.backend import KeyringBackend\n"
        "class Keyring(KeyringBackend):\n"
        "    @property\n"
        "    def priority(self):\n"
        "        print('NOISE')\n"
        "        return 9\n"
        "    def get_password(self, *_): return None\n"
        "    def set_password(self, *_): pass\n"
    ),
}
BROKEN = ("cannot be imported", "has an error in it", "fails as it begins")


def install(folder, name):
    """Install the plugin of that name; return the variables with which a child finds it."""
    module = "noisy_" + "".join(c if c.isalnum() else "_" for c in name)
    (folder / f"{module}.py").write_text(NOISY[name])
    facts = folder / f"{module}-1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1\n")
    entry = f"{module}:begin" if "def begin" in NOISY[name] else module
    (facts / "entry_points.txt").write_text(f"[keyring.backends]\n{module} = {entry}\n")
    # A bus of nobody's: where a bus is named, the library looks for its keyrings and plugins.
    return {"PYTHONPATH": str(folder), "DBUS_SESSION_BUS_ADDRESS": f"unix:path={folder / 'none'}"}
