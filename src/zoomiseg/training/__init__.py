"""From annotated tissue to weights: samples, simulated clicks, the training loop."""

from zoomiseg.errors import RecipeError, TrainingFailed

from ._data import training_tasks
from ._learner import learning_rate
from ._loop import Trained, train
from ._progress import Pace, Report
from ._recipe import Recipe
from ._recipe_file import load_recipe, recipe_names
from ._release import save_weights
from ._tasks import Sample, TaskMix, Tasks

__all__ = [
    "Pace",
    "Recipe",
    "RecipeError",
    "Report",
    "Sample",
    "TaskMix",
    "Tasks",
    "Trained",
    "TrainingFailed",
    "learning_rate",
    "load_recipe",
    "recipe_names",
    "save_weights",
    "train",
    "training_tasks",
]
