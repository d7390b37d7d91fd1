"""The sample news site: a small site in the shape of Radar Asia's CMS on loopback, with its traps and a scenario."""

from asiaradar_bot.sandbox.site.habits import SiteHabits
from asiaradar_bot.sandbox.site.local import SampleSite
from asiaradar_bot.sandbox.site.scenario import Scenario

__all__ = ["SampleSite", "Scenario", "SiteHabits"]
