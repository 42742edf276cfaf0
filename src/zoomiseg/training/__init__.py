"""From annotated tissue to weights: samples, simulated clicks, the training loop."""

from ._data import training_tasks
from ._loop import TrainingFailed, learning_rate, train
from ._recipe import Recipe, RecipeError, load_recipe, recipe_names
from ._tasks import Sample, TaskMix, Tasks

__all__ = [
    "Recipe",
    "RecipeError",
    "Sample",
    "TaskMix",
    "Tasks",
    "TrainingFailed",
    "learning_rate",
    "load_recipe",
    "recipe_names",
    "train",
    "training_tasks",
]
