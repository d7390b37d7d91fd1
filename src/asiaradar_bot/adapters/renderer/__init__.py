"""Templates: sandboxed, bounded, rendered in a child process."""

from asiaradar_bot.adapters.renderer.renderer import SandboxedRenderer

__all__ = ["SandboxedRenderer"]
