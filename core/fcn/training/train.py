"""``--train fcn``: train a segmentation network and keep it as a run folder."""

from __future__ import annotations

import dataclasses
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from core.config.fcn import FcnConfig
from core.dataset.complete import open_complete, split_warning
from core.dataset.png_files import encode_mask
from core.dataset.store import DataSet
from core.errors import InputError
from core.fcn.chosen_levels import check_levels
from core.fcn.initial_weights import initial_weights
from core.fcn.notation import Architecture
from core.fcn.training.batches import Batches, input_shape, load_validation
from core.fcn.training.examples import draw_examples
from core.fcn.training.test_scores import evaluate_fcn
from core.files import write_bytes, write_json
from core.keras_backend import check_backend
from core.locations import seen_at, seen_from
from core.runs.checkpoint_files import save_checkpoint
from core.runs.resume import check_resume
from core.runs.run_folder import EXAMPLES_NAME, RunFolder
from core.training.notices import load_keras
from core.training.report import tell_done

if TYPE_CHECKING:
    from core.fcn.training.loop import FcnLoop

_log = logging.getLogger(__name__)


def train_fcn(config: FcnConfig | None, folder: Path, *, resume: bool = False) -> None:
    """Train a network or go on with one until it is done or asked to stop; a finished one is exported and evaluated.

    Args:
        config: the settings of a new run, with ``data`` as seen from the working directory; a resumed run takes its
            own from the folder.
        folder: the run folder, new or empty; with ``resume`` one that was stopped, interrupted or failed.
        resume: go on with the run that is there.

    Raises:
        InputError: the settings, the data set or the folder cannot be used; nothing that exists is changed.
        RunError: the run began and could not go on (a full disk, a loss that is no number).
    """
    folder = Path(folder)
    check_backend()
    if resume:
        run, config, data = _open_run(folder)
        writing = run.writing(check_resume)  # again: it may have been done just now
    elif config is None:
        raise InputError("a new run needs its settings")
    else:
        config, data = _new_run(config, folder)
        writing = RunFolder.creating(folder, config, engine=data.records()[0].engine)
    with writing as run:
        if warning := split_warning(data):
            _log.warning("%s: %s", data.folder.name, warning)
            tqdm.write(f"notice: {warning}", file=sys.stderr)
        run.clear_stop()  # now: whoever asks during the import below shall be heard
        load_keras()  # here, for it takes seconds that a mistake should not have to wait for
        from core.fcn.training.loop import FcnLoop

        batches = Batches(config, data)
        loop = FcnLoop(run, config, batches, load_validation(data, config))
        if loop.run():
            _finish(run, config, loop, data)


def _new_run(config: FcnConfig, folder: Path) -> tuple[FcnConfig, DataSet]:
    """The settings as the run keeps them, and its data."""
    _check(config)
    if not config.data:
        raise InputError("--data: name the folder of a data set, made with --collect")
    data = open_complete(Path(config.data))
    try:
        check_levels(config, data)
    except InputError as error:
        raise InputError(f"levels: {error}") from None
    if config.initial:
        try:
            initial_weights(config, Path(config.initial))
        except InputError as error:
            raise InputError(f"--initial: {error}") from None
    # As seen from the run folder, so that nothing inside names a place on this machine.
    kept = dataclasses.replace(
        config,
        data=seen_from(folder, config.data),
        initial=seen_from(folder, config.initial),
    )
    return kept, data


def _open_run(folder: Path) -> tuple[RunFolder, FcnConfig, DataSet]:
    run = RunFolder.open(folder)
    config = run.config(FcnConfig)
    _check(config)
    check_resume(run)
    return run, config, open_complete(seen_at(folder, config.data))


def _check(config: FcnConfig) -> None:
    height, width, _ = input_shape(config)
    Architecture.parse(config.architecture).check_size(height, width)


def _finish(run: RunFolder, config: FcnConfig, loop: FcnLoop, data: DataSet) -> None:
    """Keep the weights that the rule names, export, evaluate."""
    from core.fcn.training.export import export_fcn

    arrays, epoch = loop.trainer.weights(), loop.position.epoch
    if config.checkpoint_rule == "best" and (best := run.checkpoints.load_best()) is not None:
        arrays, epoch = best.arrays, best.state["epoch"]
    save_checkpoint(run.weights_path, arrays, {"epoch": epoch, "architecture": config.architecture})
    export_fcn(config, run.weights_path, run.model_path)
    result = {"epoch": epoch, **evaluate_fcn(run.path, data)}
    if (examples := draw_examples(run.path, data)) is not None:
        write_bytes(run.path / EXAMPLES_NAME, encode_mask(examples))
    write_json(run.evaluation_path, result)
    _log.info("epoch %d kept: accuracy %.4f, mIoU %.4f on the test split", epoch, result["accuracy"], result["miou"])
    tell_done(run)
    run.checkpoints.clear_last()  # afterwards: until it is done there is something to go on from
