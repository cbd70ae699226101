"""Component classes that are styled when they are drawn, and again when the rules are others.

What it overrides of Textual 8.2.8 (dom.py, widget.py) is pinned by a test.
"""

from typing import Any

from textual.css.styles import RenderStyles
from textual.dom import DOMNode
from textual.widget import Widget


class LazyComponents(Widget):
    """A widget whose component classes stand in no COMPONENT_CLASSES.

    Textual styles all of those whenever the widget itself is looked at: the eighteen of a row table
    nine times before the first frame, and twice at each change of focus. Rules for them must not
    ask for the state of what holds them (`:focus`, a class): that is not looked at again.
    """

    _styled_by: Any = None

    def get_component_styles(self, *names: str) -> RenderStyles:
        """Style what was not drawn before. 601: raises where Textual has not styled it."""
        for name in names:
            if name not in self._component_styles:
                component = DOMNode(classes=name)
                component._attach(self)  # noqa: SLF001 - as Textual's stylesheet does
                self.app.stylesheet.apply(component)
                self._component_styles[name] = component.styles
        return super().get_component_styles(*names)

    def notify_style_update(self) -> None:
        """Forget the styles where the rules are others. 4683: tells of the widget's own alone."""
        super().notify_style_update()
        rules = self.app.stylesheet.rules
        if rules is not self._styled_by:
            self._styled_by = rules
            self._component_styles.clear()
            self.forget_look()

    def forget_look(self) -> None:
        """Forget what was made of the styles, such as lines: the theme is another."""
