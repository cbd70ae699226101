"""The screen: renders session state and turns keys into session commands."""
