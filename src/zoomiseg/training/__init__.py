"""From annotated tissue to weights: samples, simulated clicks, the training loop."""

from zoomiseg.errors import RecipeError, TrainingFailed

from ._data import training_tasks
from ._loop import learning_rate, train
from ._progress import Report
from ._recipe import Recipe, load_recipe, recipe_names
from ._release import save_weights
from ._tasks import Sample, TaskMix, Tasks

__all__ = [
    "Recipe",
    "RecipeError",
    "Report",
    "Sample",
    "TaskMix",
    "Tasks",
    "TrainingFailed",
    "learning_rate",
    "load_recipe",
    "recipe_names",
    "save_weights",
    "train",
    "training_tasks",
]
