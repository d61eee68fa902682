from fleet.drive import *
from fleet.plans import Plan, Step as PlanStep, build
from fleet.signals import Bus, Signal, on

from . import units

VERSION = (1, 4)
__all__ = ["Bus", "Engine", "Plan", "PlanStep", "Robot", "Rover", "Signal", "build", "on", "units"]
