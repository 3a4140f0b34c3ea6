"""How many files of a stage's dataset are new: in no slice yet or, of splits that do not remember their files, not seen yet."""
from campaigns.document import Settings
from campaigns.models import Schedule, SliceFile, Stage
from campaigns.services import slices
from datasets import splits
from pomssite.kit.errors import Invalid
from pomssite.kit.registry import backend


def check(stage: Stage, settings: Settings) -> None:
    """Invalid: new files are no cause for this stage. Asks the catalogue."""
    words, split = _dataset(settings, for_test=False)
    if not words or not split.files:
        raise Invalid(f"{stage} reads no files (dataset {settings.dataset!r}, split {settings.split}): schedule it by the clock.")
    _handler(stage).count(stage.campaign.experiment_id, words)


def new_files(row: Schedule, settings: Settings) -> tuple[int, int]:
    """How many are new, counted as far as the schedule asks, and how many files there are."""
    words, split = _dataset(settings, for_test=row.for_test)
    if not words:
        return 0, 0
    handler, experiment = _handler(row.stage), row.experiment_id
    if not split.apart:
        total = handler.count(experiment, words)
        return max(0, total - row.seen), total
    mine = {"stage": row.stage_id, "for_test": row.for_test}
    cut = SliceFile.objects.filter(**mine, round=slices.stand(row.stage, for_test=row.for_test).round).values("file")
    return len(handler.listed(experiment, words, limit=row.new_files, without=cut)), 0


def _dataset(settings: Settings, *, for_test: bool) -> tuple[str, splits.Split]:
    return splits.dimensions(settings.dataset or ""), splits.parse(slices.split_of(settings, for_test=for_test))[0]


def _handler(stage: Stage):
    return backend("DATA_HANDLERS", stage.campaign.experiment.catalogue)
