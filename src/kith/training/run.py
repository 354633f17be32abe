"""From a folder of people to a model of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kith.errors import OptionError
from kith.models import ModelStore
from kith.models.own import keep_own, own_card, require_free
from kith.training.doubts import collapse
from kith.training.listener import Nobody
from kith.training.require import NETWORKS, require
from kith.training.work import check_place, clear, identity, opened

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kith.models import ModelCard
    from kith.training.listener import Listener
    from kith.training.material import Material
    from kith.training.network import Start
    from kith.training.out import Exported
    from kith.training.records import EpochRecord, HeldOut, StepRecord
    from kith.training.settings import Settings
    from kith.training.verdict import Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What came of a training.

    Attributes:
        card: of the model, which is kept and can be used by its id.
        history: of the epochs; the best one is what was kept.
        verdict: after against before, on people held out; None where nobody was.
        notes: what else to know, in one line each.
        work: the folder with the curves.
        report: its page; None where nobody was judged on.
        resumed: it went on from an earlier run that was interrupted.
    """

    card: ModelCard
    history: tuple[EpochRecord, ...]
    verdict: Verdict | None
    notes: tuple[str, ...]
    work: Path
    report: Path | None
    resumed: bool


def train(
    root: str | os.PathLike[str],
    settings: Settings,
    *,
    held_out: str | os.PathLike[str] | None = None,
    store: ModelStore | None = None,
    work: Path | None = None,
    restart: bool = False,
    replace: bool = False,
    keep_crops: bool = False,
    tensorboard: bool = False,
    listener: Listener | None = None,
) -> Trained:
    """Train an embedder on a folder of people, and keep it under the user's own models.

    A run that was interrupted goes on where it was when it is called again in the same way; it
    ends with the same numbers as one that was not (on the CPU).

    Args:
        root: a folder with a folder for each person.
        settings: every choice.
        held_out: another folder of people, to judge the result on; None: some of `root`'s.
        store: where models are kept; None: the user's own (``KITH_HOME``).
        work: folder for what is made on the way; None: ``training/<id>`` under kith's folder.
        restart: begin anew even where there is something to go on from.
        replace: in the place of an own model of the same id.
        keep_crops: leave the squares of the faces in `work`, for another run.
        tensorboard: write its events too.
        listener: told how it goes.

    Raises:
        MissingExtra: PyTorch is not installed.
        OptionError: the id is taken, or an option does not fit the others.
        PhotoError, NoPhotos, ProtocolError: nothing can be learned from the folder.
        ModelError: the network to begin from cannot be had, or its licence forbids it.
        TrainingError: a loss that is no number, or a checkpoint that cannot be gone on from.
        OutputError: the disk is full.
    """
    require(NETWORKS)
    # Here, because all of these need PyTorch.
    from kith.training.learner import check_device
    from kith.training.material import prepare
    from kith.training.network import open_start
    from kith.training.watch import require_tensorboard

    store, listener = store or ModelStore(), listener or Nobody()
    folder = work or store.home / "training" / settings.out
    check_place(folder, root, held_out)
    if tensorboard:
        require_tensorboard()
    _check_free(settings, store, replace=replace)
    check_device(settings)
    start = open_start(settings.backbone, store, settings.seed)
    with opened(folder):
        material = prepare(
            root, held_out, settings, start, work=folder, store=store, listener=listener
        )
        for note in (*material.notes, material.dealt):
            listener.say(note)
        run = _Run(settings, start, material, store, folder, listener)
        history = run.learn(restart=restart, tensorboard=tensorboard)
        card, verdict, report = run.finish(replace=replace)
        clear(folder, crops=not keep_crops)
    return Trained(card, tuple(history), verdict, material.notes, folder, report, run.resumed)


_CHECKED = 32
"""Faces on which what is exported is compared with what was learned."""


class _Run:
    """One training, once its photos are gathered."""

    def __init__(
        self,
        settings: Settings,
        start: Start,
        material: Material,
        store: ModelStore,
        folder: Path,
        listener: Listener,
    ) -> None:
        from kith.training.checkpoint import Checkpoints
        from kith.training.learner import Learner

        self._settings, self._start, self._material = settings, start, material
        self._store, self._folder, self._listener = store, folder, listener
        self._learner = Learner(start, settings, len(material.split.people_learn))
        judged = material.judged
        sets = [material.faces]
        if judged is not None and judged.faces is not material.faces:
            sets.append(judged.faces)
        key = identity(settings, sets, start.model.SerializeToString(deterministic=True))
        self._checkpoints = Checkpoints(folder, key)
        self.resumed = False

    def learn(self, *, restart: bool, tensorboard: bool) -> list[EpochRecord]:
        """Run the epochs, from where an earlier run was interrupted; return all of them."""
        from kith.training.epochs import Epochs
        from kith.training.material import loader
        from kith.training.watch import Watch

        if restart:
            self._checkpoints.remove()
        title = f"{self._settings.out}: {self._settings.loss} on {self._start.name}"
        warned: list[str] = []
        with Watch(self._folder, title, tensorboard=tensorboard) as watch:

            def on_step(record: StepRecord) -> None:
                self._listener.step(record)
                watch.step(record)

            def on_epoch(history: Sequence[EpochRecord]) -> None:
                self._listener.epoch(history[-1])
                watch.epoch(history)
                doubt = collapse(history)
                if doubt is not None and not warned:
                    warned.append(doubt)
                    self._listener.say(doubt)

            epochs = Epochs(
                self._settings,
                self._learner,
                loader(self._material, self._settings),
                self._measure(),
                self._checkpoints,
                self._material.faces.photos,
                on_step,
                on_epoch,
            )
            self.resumed = epochs.resume()
            if self.resumed:
                self._listener.say(
                    f"going on from epoch {epochs.reached.epoch}, step {epochs.reached.step}"
                )
            return epochs.run()

    def finish(self, *, replace: bool) -> tuple[ModelCard, Verdict | None, Path | None]:
        """Export the best epoch, judge it, and keep it under the user's own models.

        Returns:
            Its card, the verdict on it and the page that shows that; None where nobody was held
            out.
        """
        from kith.training.held import squares
        from kith.training.out import Exported, make_card

        self._learner.network.load_state_dict(self._checkpoints.load_best())
        exported = Exported(self._learner.network.model(), self._start.input, self._folder)
        split, faces = self._material.split, self._material.faces
        some = squares(faces, split.learn[:_CHECKED])
        exported.check(some, self._learner.embed(some))
        verdict, report = self._judge(exported)
        card = make_card(
            self._settings,
            self._start,
            (len(split.people_learn), len(split.learn)),
            faces.fingerprint,
            None if verdict is None else verdict.threshold,
            {} if verdict is None else verdict.figures,
        )
        kept = keep_own(self._store, card, exported.graph, replace=replace)
        return kept, verdict, report

    def _judge(self, learned: Exported) -> tuple[Verdict | None, Path | None]:
        from kith.training.out import Exported
        from kith.training.trial import Trial

        held = self._material.judged
        if held is None:
            return None, None
        apart = self._material.apart
        trial = Trial(self._settings, self._start, held, apart=apart, store=self._store)
        before = Exported(self._start.model, self._start.input, self._folder)
        verdict = trial.verdict(before, learned)
        for note in trial.notes:
            self._listener.say(note)
        return verdict, trial.report(verdict, self._folder / "report")

    def _measure(self) -> Callable[[], HeldOut] | None:
        """Return what tells how the network does on those who choose the epoch."""
        from kith.training.heldout import HeldOutPairs

        watched = self._material.watched
        if watched is None:
            return None
        pairs = HeldOutPairs(watched.person, seed=self._settings.seed)
        return lambda: pairs.measure(watched.vectors(self._learner.embed))


def _check_free(settings: Settings, store: ModelStore, *, replace: bool) -> None:
    """Refuse an id before hours of work, not after."""
    from kith.training.network.backbones import BACKBONES

    model_id = settings.out
    if model_id == settings.backbone and own_card(store.home, model_id) is not None:
        # What it began from has to be there still where nothing was gained.
        raise OptionError(f"{model_id} cannot be learned from and overwritten; give another --out")
    if model_id in BACKBONES:
        raise OptionError(f"{model_id} is a network to begin from; give another --out")
    require_free(store, model_id, replace=replace)
