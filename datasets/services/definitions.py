"""Definitions: a name for a query, made once and never changed."""
from datetime import datetime

from django.db import IntegrityError, transaction

from accounts.models import User
from datasets.known import read
from datasets.lookup import answer
from datasets.models import Definition
from datasets.query import write
from pomssite.kit.errors import Conflict, Invalid


def define(experiment: str, name: str, dimensions: str, *, creator: User | None, at: datetime) -> Definition:
    """A new definition. The same again is the one that is there; other words under the same name are a Conflict."""
    if not name.strip() or not name.isprintable():
        raise Invalid(f"definition name {name!r}: it must be a name of printable letters")
    text = write(tree := read(dimensions))
    answer(experiment, tree)        # all that would be refused later is refused now
    try:
        with transaction.atomic():
            return Definition.objects.create(experiment_id=experiment, name=name, dimensions=text, creator=creator, created_at=at)
    except IntegrityError:
        return _the_same(Definition.objects.get(experiment=experiment, name=name), text)


def _the_same(there: Definition, text: str) -> Definition:
    if there.dimensions != text:
        raise Conflict(f"definition {there.name} is already {there.dimensions!r}; a definition never changes, so take another name")
    return there
