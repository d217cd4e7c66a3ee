"""What a plan claims, and how the runs judge it: by a rule that is fixed with the plan.

A claim says that the mean of a measure over the seeds of one arm is above that of another by more than ``least``. It
*holds* when all of the difference's 95% interval lies above ``least``, is *refuted* when all of it lies below, and is
*open* otherwise: then the runs show neither. ``least`` is below 0 where it is to be shown that an arm is not worse.
Where the runs of one seed are two ways on from one agent, or one agent measured twice, they are compared pair by pair:
what that agent was like is in both of them.
Before all the seeds of the plan are there, it is a verdict so far: who looks again and again finds something by chance.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from core.errors import InputError
from core.experiment.measures import FIGURES, MEASURES, is_measure, measure_of
from core.experiment.statistics import (
    NOISE,
    Estimate,
    difference,
    estimate,
    holm,
    least_p,
    mann_whitney,
    probability_of_improvement,
    signed_rank,
)
from core.runs.json_files import NAME, TEXT, check_fields, number

LEAST_RUNS = 3
"""Of each arm, before there is a verdict. From so few, intervals of resampling are narrow: see p as well."""
_USUAL_P = 0.05  # below which differences are told elsewhere

Verdict: TypeAlias = Literal["holds", "refuted", "open", "waiting"]

_FIELDS = {"name": NAME, "says": NAME, "measure": NAME, "arm": NAME, "against": NAME}
_MORE = {"least": number(), "about": TEXT, "against_measure": NAME}


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of a plan.

    Attributes:
        name: a few words.
        says: the claim, one sentence.
        measure: what of each run counts, as ``core.experiment.measures`` names it.
        arm, against: the arm that is to be ahead, and of which.
        least: by how much at least, in the measure's unit.
        about: why it is asked, and what it would mean.
        against_measure: what counts of the other arm; empty for the same.
    """

    name: str
    says: str
    measure: str
    arm: str
    against: str
    least: float = 0.0
    about: str = ""
    against_measure: str = ""

    @property
    def measures(self) -> tuple[str, str]:
        """What counts of the arm, and of the one against it."""
        return self.measure, self.against_measure or self.measure


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the runs say of a claim.

    Attributes:
        claim: which.
        verdict: "waiting" until each arm has ``LEAST_RUNS`` with the measure.
        seeds: how many runs of the arm, and of the one against it, have it; of pairs, how many are whole.
        planned: how many are to have it.
        arm, against: their means with intervals; None without any run.
        difference: of the means, with its interval; None while waiting.
        better: how likely a run of the arm is ahead of one against it, with its interval; None while waiting.
        p, adjusted: of a two-sided exact Mann-Whitney test of the arm less ``least`` against the other, or of an exact
            signed-rank test of pairs, and after Holm's correction over all claims of the plan, those that wait counted
            as p = 1; NaN while waiting.
        least_p: the smallest p that so many runs can give; NaN while waiting.
        is_paired: whether runs of one seed were compared with each other; then everything is of the seeds that both
            arms have.
    """

    claim: Claim
    verdict: Verdict
    seeds: tuple[int, int]
    planned: tuple[int, int]
    arm: Estimate | None = None
    against: Estimate | None = None
    difference: Estimate | None = None
    better: Estimate | None = None
    p: float = math.nan
    adjusted: float = math.nan
    least_p: float = math.nan
    is_paired: bool = False

    @property
    def so_far(self) -> bool:
        """Whether there is a verdict though runs are still to come."""
        return self.verdict != "waiting" and any(map(operator.lt, self.seeds, self.planned))


def verdict_words(found: Judgement) -> str:
    """A verdict, for people."""
    far = " so far" if found.so_far else ""
    return {
        "holds": f"holds{far}",
        "refuted": f"refuted{far}",
        "open": f"open{far}: neither is shown",
        "waiting": "waiting for runs",
    }[found.verdict]


def few_runs(found: Judgement) -> str:
    """What so few runs cannot show, a clause; empty where p could be below 0.05 before any correction."""
    return f"so few runs cannot give a p below {found.least_p:.2g}" if found.least_p > _USUAL_P else ""


def by_pairs(found: Judgement) -> str:
    """What is said after the runs of a claim that were compared pair by pair; else nothing."""
    return ", pair by pair" if found.is_paired else ""


def read_claims(
    path: Path, tables: Sequence[dict[str, Any]], arms: Collection[str], evaluations: Collection[str]
) -> tuple[Claim, ...]:
    """The claims of a plan's file; InputError naming the first one that cannot be judged."""
    claims = []
    for place, values in enumerate(tables, start=1):
        check_fields(values, f"{path}: claim {place}", _FIELDS, _MORE)
        where = f"{path}: claim {values['name']}"
        for name in ("arm", "against"):
            if values[name] not in arms:
                raise InputError(f"{where}: {name} is {values[name]!r}; the arms are {', '.join(arms)}")
        for name in ("measure", "against_measure"):
            if name in values and not is_measure(values[name], evaluations):
                raise InputError(
                    f"{where}: {name} is {values[name]!r}, not one of {', '.join(MEASURES)}, area@STEP, an "
                    f"evaluation's NAME.{', NAME.'.join(FIGURES)}, or one of these over another (A/B)"
                )
            if name in values and values[name].partition("/")[2].rpartition(".")[2] == "flags":
                raise InputError(
                    f"{where}: {name} is {values[name]!r}, and flags may be 0, so that runs would have none; take "
                    "gain, progress or x below the stroke"
                )
        claims.append(claim := Claim(**values))
        if claim.arm == claim.against and claim.measures[0] == claim.measures[1]:
            raise InputError(f"{where}: {claim.arm} is compared with itself; name another arm or an against_measure")
        units = [measure_of(measure).unit or "no unit" for measure in claim.measures]
        if units[0] != units[1]:
            raise InputError(f"{where}: measure is in {units[0]} and against_measure in {units[1]}; give them one unit")
    names = [claim.name for claim in claims]
    if len(set(names)) < len(names):
        raise InputError(f"{path}: claims has {next(n for n in names if names.count(n) > 1)!r} twice; rename one")
    return tuple(claims)


def judge(
    claims: Sequence[Claim],
    scores: Mapping[tuple[str, str], Mapping[int, float]],
    planned: Mapping[tuple[str, str], Collection[int]],
    paired: Collection[str] = (),
) -> list[Judgement]:
    """What the runs say of each claim.

    Args:
        claims: of the plan.
        scores: of each arm and measure, a number for each run that has it, by its seed.
        planned: seeds of the runs of each arm that are to have the measure.
        paired: names of the claims whose runs are compared pair by pair, those of one seed.
    """
    found = []
    for claim in claims:
        first, second = sides(claim)
        by_seed = [scores.get(first, {}), scores.get(second, {})]
        wanted = [set(planned.get(first, ())), set(planned.get(second, ()))]
        if is_paired := claim.name in paired:
            both = by_seed[0].keys() & by_seed[1].keys()
            by_seed = [{seed: one for seed, one in values.items() if seed in both} for values in by_seed]
            wanted = [wanted[0] & wanted[1]] * 2
        found.append(_judged(claim, by_seed, (len(wanted[0]), len(wanted[1])), is_paired))
    return corrected(found)


def corrected(found: Sequence[Judgement]) -> list[Judgement]:
    """Judgements with their p corrected for all of them, those that wait too (Holm)."""
    adjusted = holm({one.claim.name: 1.0 if one.verdict == "waiting" else one.p for one in found})
    return [one if one.verdict == "waiting" else replace(one, adjusted=adjusted[one.claim.name]) for one in found]


def sides(claim: Claim) -> tuple[tuple[str, str], tuple[str, str]]:
    """The two arms of a claim, each with the measure that counts of it."""
    return (claim.arm, claim.measures[0]), (claim.against, claim.measures[1])


def _judged(
    claim: Claim, by_seed: Sequence[Mapping[int, float]], planned: tuple[int, int], is_paired: bool
) -> Judgement:
    """What the runs say of a claim, before any correction for the others."""
    arm, against = (estimate(list(values.values())) if values else None for values in by_seed)
    counts = len(by_seed[0]), len(by_seed[1])
    ours = list(by_seed[0].values())
    theirs = [by_seed[1][seed] for seed in by_seed[0]] if is_paired else list(by_seed[1].values())
    if min(counts) < LEAST_RUNS:
        return Judgement(claim, "waiting", counts, planned, arm, against, is_paired=is_paired)
    if is_paired:
        p = signed_rank([a - b - claim.least for a, b in zip(ours, theirs, strict=True)])
    else:
        p = mann_whitney([score - claim.least for score in ours], theirs)
    found = difference(ours, theirs, is_paired=is_paired)
    better = probability_of_improvement(ours, theirs, is_paired=is_paired)
    above, below = found.low - claim.least, claim.least - found.high
    verdict: Verdict = "holds" if above > NOISE else "refuted" if below > NOISE else "open"
    least = least_p(len(ours), len(theirs), is_paired=is_paired)
    return Judgement(
        claim, verdict, counts, planned, arm, against, found, better, p, least_p=least, is_paired=is_paired
    )
