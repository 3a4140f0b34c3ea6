"""Numbers that come again: a schedd whose queue was begun anew gives its clusters the numbers of old ones."""
from collections.abc import Collection

from submissions.models import GridCluster, Submission

Name = tuple[str, str]      # a schedd and a cluster


def taken_over(submission: Submission, names: Collection[Name]) -> set[Name]:
    """Those of these clusters of the submission whose number has been a later submission's since: what is called so now is not its own."""
    later = GridCluster.objects.filter(batch=submission.batch, cluster__in={cluster for _, cluster in names}, submission__gt=submission.pk)
    return set(names) & set(later.values_list("schedd", "cluster"))
