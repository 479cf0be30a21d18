"""teach(): low-rank changes to every linear layer of a model (Hu et al. 2021, LoRA, arXiv 2106.09685), learned from pairs of posts
and real replies, at a steady rate with a short end (Hu et al. 2024, arXiv 2404.06395). The voice learns by the loss on the reply alone.

What is done is kept every few minutes and gone on with, up to where the rate begins to fall: from there more pairs can be asked for
later, and an end that was broken off is taken again. The same pairs, seed, machine and number of threads give the same adapter. Needs torch; knows no rehearsal.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from models.voice.adapter import about, changes_of
from models.voice.laying import loss
from models.voice.pairs import Row, Tell, Thread, batches

LAYERS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
KEEP_EVERY = 240.0  # seconds
TOLD_EVERY = 25  # steps
GRADIENT = 1.0  # the norm to which gradients are clipped


@dataclass(frozen=True, slots=True)
class Recipe:
    """`rate` of Adam; `tokens` of a batch, padding counted; with the last part of the rows, `ending`, the rate falls; what is kept for
    the end is learned there as many times as `again` says.
    """

    rank: int = 48
    rate: float = 1e-3
    tokens: int = 2_048
    warm: int = 50
    ending: float = 0.15
    again: int = 1
    seed: int = 2015

    @property
    def beginning(self) -> dict[str, object]:
        """What tells how the steps go before the rate falls."""
        return {name: value for name, value in asdict(self).items() if name not in {"ending", "again"}}


@dataclass(frozen=True, slots=True)
class Learned:
    """`curve`: after so many rows, the mean loss of those that came last, none of which had been learned from."""

    changes: dict[str, Tensor]
    curve: Sequence[tuple[int, float]]


class Taught(nn.Module):
    """A linear layer that stays as it is, and a change of low rank beside it."""

    def __init__(self, base: nn.Linear, rank: int) -> None:
        super().__init__()
        self.base = base
        self.down = nn.Parameter(torch.empty(rank, base.in_features, dtype=torch.float32))
        self.up = nn.Parameter(torch.zeros(base.out_features, rank, dtype=torch.float32))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        change = nn.functional.linear(nn.functional.linear(x, self.down.to(x.dtype)), self.up.to(x.dtype))
        stays: Tensor = self.base(x)
        return stays + change


def adapted(model: Any, rank: int) -> dict[str, Taught]:
    """Freeze a model and put a change beside each of its linear layers; by the layer's path."""
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    found = {}
    for name, parent in list(model.named_modules()):
        for child, layer in list(parent.named_children()):
            if child in LAYERS and isinstance(layer, nn.Linear):
                found[f"{name}.{child}"] = taught = Taught(layer, rank)
                setattr(parent, child, taught)
    return found


def changes(taught: dict[str, Taught]) -> dict[str, Tensor]:
    return {f"{name}.{side}": getattr(layer, side).detach() for name, layer in taught.items() for side in ("down", "up")}


def parameters(taught: dict[str, Taught]) -> list[nn.Parameter]:
    return [side for layer in taught.values() for side in (layer.down, layer.up)]


def restored(model: Any, path: Path) -> dict[str, Taught]:
    """What was taught and written, to be taught more. Raises Failed where it cannot be read."""
    taught, found = adapted(model, about(path)["rank"]), changes_of(path)
    with torch.no_grad():
        for name, layer in taught.items():
            layer.to(layer.base.weight.device)
            layer.down.copy_(found[f"{name}.down"])
            layer.up.copy_(found[f"{name}.up"])
    return taught


@dataclass(frozen=True, slots=True)
class Plan:
    """The batches in their order, as places among `many` rows and, beyond them, what is kept for the end; after how many steps the
    rate begins to fall; and the number of rows learned from, each once, after each step.
    """

    batches: Sequence[Sequence[int]]
    steady: int
    seen: Sequence[int]
    many: int

    @classmethod
    def of(cls, rows: Sequence[Row | Thread], late: Sequence[Row | Thread], most: int, recipe: Recipe) -> Plan:
        """The first `most` rows of an order by lot, each once; the last of them are mixed with what is kept for the end."""
        order = batches(rows, recipe.tokens, np.random.default_rng(recipe.seed))
        seen = np.cumsum([len(batch) for batch in order])
        steps = int(np.searchsorted(seen, most)) + 1 if most < seen[-1] else len(order)
        steady = steps - max(1, int(recipe.ending * steps))
        lot = np.random.default_rng((recipe.seed, steps))
        again = [made for _ in range(recipe.again if late else 0) for made in batches(late, recipe.tokens, lot)]
        ending = [*order[steady:steps], *([len(rows) + n for n in some] for some in again)]
        mixed = [ending[n] for n in lot.permutation(len(ending))] if again else ending
        planned = [*order[:steady], *mixed]
        return cls(planned, steady, np.cumsum([sum(n < len(rows) for n in some) for some in planned]).tolist(), len(rows))

    def new(self, step: int) -> bool:
        """Whether nothing of that step's batch was learned from before."""
        return self.batches[step][0] < self.many


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is taught: the first `most` rows of an order by lot, all where it is none, each once; `late`, mixed in towards the end."""

    rows: Sequence[Row | Thread]
    most: int | None = None
    late: Sequence[Row | Thread] = ()

    def planned(self, recipe: Recipe) -> Plan:
        return Plan.of(self.rows, self.late, len(self.rows) if self.most is None else self.most, recipe)


class Course:
    """The state of a training: where it is, and what Adam remembers."""

    def __init__(self, model: Any, lessons: Lessons, recipe: Recipe, plan: Plan | None = None) -> None:
        torch.manual_seed(recipe.seed)
        self.model, self.rows, self.recipe = model, [*lessons.rows, *lessons.late], recipe
        self.plan = plan or lessons.planned(recipe)
        self.taught = adapted(model, recipe.rank)
        self.device = next(model.parameters()).device
        for layer in self.taught.values():
            layer.to(self.device)
        self.named = {f"{name}.{side}": getattr(layer, side) for name, layer in self.taught.items() for side in ("down", "up")}
        self.adam = torch.optim.AdamW(self.named.values(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=0.0, fused=True)
        self.step, self.steps = 0, len(self.plan.batches)
        self.curve = list[tuple[int, float]]()  # after so many rows: the mean loss of those that came last, none seen before

    def rate(self) -> float:
        falling = (self.steps - self.step) / (self.steps - self.plan.steady)
        return self.recipe.rate * min(1.0, (self.step + 1) / self.recipe.warm, falling)

    def take(self) -> tuple[float, int]:
        """One step; the mean loss, and the number of tokens it is the mean of."""
        for group in self.adam.param_groups:
            group["lr"] = self.rate()
        lost, said = loss(self.model, [self.rows[n] for n in self.plan.batches[self.step]])
        lost.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.named.values(), GRADIENT)
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.step += 1
        return float(lost.detach()), said

    def keep(self, path: Path) -> None:
        tensors = dict(changes(self.taught))
        for name, parameter in self.named.items():
            state = self.adam.state[parameter]
            tensors |= {f"{name}.mean": state["exp_avg"], f"{name}.square": state["exp_avg_sq"]}
        recipe, curve = json.dumps(self.recipe.beginning), json.dumps(self.curve)
        head = {"step": str(self.step), "recipe": recipe, "rows": str(self.plan.many), "curve": curve}
        beside = path.with_suffix(".part")
        save_file({name: tensor.contiguous().cpu() for name, tensor in tensors.items()}, beside, head)
        beside.replace(path)

    def go_on(self, path: Path) -> None:
        """Take up what was kept, if it was kept of this course and is not beyond where its rate begins to fall."""
        if not path.exists():
            return
        with safe_open(path, framework="pt", device=str(self.device)) as file:
            head = file.metadata() or {}
            if json.loads(head.get("recipe", "{}")) != self.recipe.beginning or head.get("rows") != str(self.plan.many):
                return
            if int(head["step"]) > self.plan.steady:
                return
            self.step, self.curve = int(head["step"]), json.loads(head.get("curve", "[]"))
            with torch.no_grad():
                for name, parameter in self.named.items():
                    parameter.copy_(file.get_tensor(name))
                    self.adam.state[parameter] = {
                        "step": torch.tensor(float(self.step)), "exp_avg": file.get_tensor(f"{name}.mean"),
                        "exp_avg_sq": file.get_tensor(f"{name}.square"),
                    }  # fmt: skip


def teach(model: Any, lessons: Lessons, recipe: Recipe, kept: Path, tell: Tell) -> Learned:
    """Teach from where `kept` stands."""
    course = Course(model, lessons, recipe)
    course.go_on(kept)
    model.train()
    _run(course, kept, tell)
    return Learned(changes(course.taught), course.curve)


def _run(course: Course, kept: Path, tell: Tell) -> None:
    first, started, last, heard = course.step, time.monotonic(), time.monotonic(), [0.0, 0.0]
    while course.step < course.steps:
        new, (lost, said) = course.plan.new(course.step), course.take()
        if new:
            heard = [heard[0] + lost * said, heard[1] + said]
        if course.step % TOLD_EVERY == 0 and heard[1]:
            left = (time.monotonic() - started) / (course.step - first) * (course.steps - course.step)
            course.curve.append((course.plan.seen[course.step - 1], round(heard[0] / heard[1], 3)))
            tell(f"step {course.step:,} of {course.steps:,}, loss {course.curve[-1][1]:.3f}, {left / 60:.0f} minutes left")
            heard = [0.0, 0.0]
        steady = course.plan.steady
        if course.step == steady or (course.step < steady and time.monotonic() - last > KEEP_EVERY):
            course.keep(kept)
            last = time.monotonic()
