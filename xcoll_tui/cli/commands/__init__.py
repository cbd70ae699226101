"""The commands for scripts: `xcoll list`, `xcoll export` and the like, one file each.

This table alone is loaded to tell a command from a collection ID; a command's module is imported
when it is asked for, and none of them imports the screen.
"""

COMMANDS: dict[str, str] = {
    "list": "list the collections, or the documents of one",
    "show": "show all of a collection or a document",
    "wait": "wait until nothing is being indexed",
    "export": "write all documents of a collection to a file",
    "search": "ask a question of collections",
    "evaluate": "ask many questions, and tell how well they are answered",
    "attach": "attach uploaded files to a collection",
    "upload": "upload files of this machine to a collection",
    "diff": "compare a folder with a collection",
    "edit": "set and clear fields of documents",
    "remove": "remove documents from a collection",
    "reindex": "re-index documents",
    "undo": "undo the newest write, or another one",
    "create": "create a collection",
    "update": "change a collection",
    "delete": "delete a collection, after a backup of it",
    "backup": "write a collection to a file",
    "restore": "recreate a collection from a backup",
    "completion": "complete commands and options in a shell",
    "doctor": "describe key, terminal and service, for a bug report",
}
"""Each command, the name of its module in here, with what it does; in the order of the help."""
