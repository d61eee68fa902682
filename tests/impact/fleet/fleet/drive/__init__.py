from .base import Engine, Fault, Robot
from .kinds import Crane, Rover

__all__ = ["Crane", "Engine", "Fault", "Robot", "Rover"]
