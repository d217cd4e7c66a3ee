"""``--train mapping``: train a mapping and keep it as a run folder."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from core.config.fields import flag_of
from core.config.mapping import MappingConfig
from core.dataset.complete import open_complete
from core.dataset.store import DataSet
from core.errors import InputError
from core.files import write_json
from core.keras_backend import check_backend
from core.locations import seen_at, seen_from
from core.mapping.looks import load_pictures, look_records, problems_of
from core.runs.checkpoint_files import save_checkpoint
from core.runs.resume import check_resume
from core.runs.run_folder import RunFolder
from core.training.notices import load_keras
from core.training.report import tell_done

if TYPE_CHECKING:
    from core.mapping.training.loop import MappingLoop

_log = logging.getLogger(__name__)


def train_mapping(config: MappingConfig | None, folder: Path, *, resume: bool = False) -> None:
    """Train a mapping or go on with one until it is done or asked to stop; a finished one is exported and tested.

    Args:
        config: the settings of a new run, with ``data`` as seen from the working directory; a resumed run takes its
            own from the folder.
        folder: the run folder, new or empty; with ``resume`` one that was stopped, interrupted or failed.
        resume: go on with the run that is there.

    Raises:
        InputError: the settings, the data set or the folder cannot be used; nothing that exists is changed.
        RunError: the run began and could not go on (a full disk, a loss that is no number).
    """
    check_backend()
    if resume:
        run = RunFolder.open(folder)
        config = run.config(MappingConfig)
        check_resume(run)
        data = open_complete(seen_at(folder, config.data))
        for name, sentence in problems_of(config, data).items():
            raise InputError(f"{folder}: {name}: {sentence}")
        writing = run.writing(check_resume)  # again: it may have been done just now
    elif config is None:
        raise InputError("a new run needs its settings")
    else:
        config, data = _new_run(config, folder)
        writing = RunFolder.creating(folder, config, engine=data.records()[0].engine)
    with writing as run:
        run.clear_stop()  # now: whoever asks during the import below shall be heard
        load_keras()  # here, for it takes seconds that a mistake should not have to wait for
        from core.mapping.training.loop import MappingLoop

        loop = MappingLoop(run, config, *(load_pictures(data, one) for one in look_records(config, data, "train")))
        if loop.run():
            _finish(run, config, loop, data)


def _new_run(config: MappingConfig, folder: Path) -> tuple[MappingConfig, DataSet]:
    """The settings as the run keeps them, and its data."""
    if not config.data:
        raise InputError("--data: name the folder of a data set, made with --collect")
    data = open_complete(Path(config.data))
    for name, sentence in problems_of(config, data).items():
        raise InputError(f"{flag_of(MappingConfig.field(name, ''))}: {sentence}")
    # As seen from the run folder, so that nothing inside names a place on this machine.
    return dataclasses.replace(config, data=seen_from(folder, config.data)), data


def _finish(run: RunFolder, config: MappingConfig, loop: MappingLoop, data: DataSet) -> None:
    """Keep the weights, export, test."""
    from core.mapping.training.export import export_mapping

    save_checkpoint(run.weights_path, loop.learner.weights(), {"update": loop.position.update})
    export_mapping(config, run.weights_path, run.model_path)
    held_out = load_pictures(data, look_records(config, data, "test")[0])
    frames = dict(zip(("from", "to"), map(len, look_records(config, data, "train")), strict=True))
    error = loop.learner.cycle_error(held_out)
    write_json(
        run.evaluation_path,
        {"updates": loop.position.update, "training_frames": frames, "frames": len(held_out), "cycle_error": error},
    )
    _log.info("%d test frames come back with a mean error of %.2f gray levels", len(held_out), error)
    tell_done(run)
    run.checkpoints.clear_last()  # afterwards: until it is done there is something to go on from
