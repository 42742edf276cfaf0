"""From annotated tissue to weights: samples, simulated clicks, the training loop."""

from zoomiseg.errors import RecipeError, TrainingFailed

from ._data import training_tasks
from ._learner import learning_rate
from ._loop import RunOptions, Trained, train
from ._low_masks import LowNetwork, load_low_network
from ._patch_tasks import PatchTasks
from ._progress import Pace
from ._recipe import Recipe, ValidationChoice
from ._recipe_file import load_recipe, recipe_names
from ._record import Reports, Validated
from ._release import save_weights
from ._sides import Sides
from ._tasks import Sample, TaskMix, Tasks
from ._validation import Figures, Validation
from ._validation_sets import ValidationSet, validation_sets

__all__ = [
    "Figures",
    "LowNetwork",
    "Pace",
    "PatchTasks",
    "Recipe",
    "RecipeError",
    "Reports",
    "RunOptions",
    "Sample",
    "Sides",
    "TaskMix",
    "Tasks",
    "Trained",
    "TrainingFailed",
    "Validated",
    "Validation",
    "ValidationChoice",
    "ValidationSet",
    "learning_rate",
    "load_low_network",
    "load_recipe",
    "recipe_names",
    "save_weights",
    "train",
    "training_tasks",
    "validation_sets",
]
