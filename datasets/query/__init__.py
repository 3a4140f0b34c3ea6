"""The dimension language, which names files by what is known of them. Pure: text -> tree -> text.

    defname: raw minus snapshot_id 4 with limit 10
    snapshot_for_project_name lab1-41 minus (project_name lab1-41 and consumed_status co%)
"""
from datasets.query.cleaning import cleaned
from datasets.query.reading import BadQuery, parse
from datasets.query.tree import Chain, Either, Node, Not, Related, Select, Term
from datasets.query.writing import quoted, write

__all__ = ["BadQuery", "Chain", "Either", "Node", "Not", "Related", "Select", "Term", "cleaned", "parse", "quoted", "write"]
