"""From annotated tissue to weights: samples, simulated clicks, the training loop."""

from zoomiseg.errors import RecipeError, TrainingFailed

from ._data import training_tasks
from ._finetune import Checked, Finetuned, finetune
from ._learner import learning_rate
from ._loop import RunOptions, Trained, train
from ._low_masks import LowNetwork, load_low_network
from ._patch_tasks import PatchTasks
from ._progress import Pace
from ._recipe import START, Recipe, ValidationChoice
from ._recipe_file import load_recipe, load_recipes, recipe_names
from ._record import Reports, Validated
from ._release import keep_weights, save_weights
from ._sides import Sides
from ._tasks import Sample, TaskMix, Tasks
from ._validation import Figures, Validation
from ._validation_sets import ValidationSet, validation_sets

__all__ = [
    "START",
    "Checked",
    "Figures",
    "Finetuned",
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
    "finetune",
    "keep_weights",
    "learning_rate",
    "load_low_network",
    "load_recipe",
    "load_recipes",
    "recipe_names",
    "save_weights",
    "train",
    "training_tasks",
    "validation_sets",
]
