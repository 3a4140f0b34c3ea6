"""What a module's text says of its own names: enumerations, their short names, and how a piece of it is shown."""
import ast
import re
from collections.abc import Iterator


def name_of(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def is_enumeration(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ClassDef) and any(name_of(base) == "StrEnum" for base in statement.bases)


class Words:
    """The enumerations that a module makes, under all the names that it has for them."""

    def __init__(self, tree: ast.Module) -> None:
        self.members: dict[str, list[str]] = {}
        for statement in tree.body:
            if isinstance(statement, ast.ClassDef) and is_enumeration(statement):
                self.members[statement.name] = [name_of(member.targets[0]) for member in statement.body if isinstance(member, ast.Assign)]
            elif isinstance(statement, ast.Assign):
                self._also(statement.targets[0], statement.value)

    def _also(self, short: ast.expr, long: ast.expr) -> None:
        """`S = Status`, and `S, J = Status, JobState`."""
        pairs = zip(short.elts, long.elts, strict=False) if isinstance(short, ast.Tuple) and isinstance(long, ast.Tuple) else [(short, long)]
        for one, other in pairs:
            if name_of(other) in self.members:
                self.members[name_of(one)] = self.members[name_of(other)]

    def next_of(self, node: ast.AST) -> ast.expr | None:
        """The member after this one: S.IDLE for S.NEW."""
        if not isinstance(node, ast.Attribute) or node.attr not in self.members.get(name_of(node.value), ()):
            return None
        members = self.members[name_of(node.value)]
        return ast.Attribute(node.value, members[(members.index(node.attr) + 1) % len(members)], ast.Load())

    def sets(self, table: str, statement: ast.stmt) -> Iterator[tuple[str, str]]:
        """Each set in a table as it is written, with each member that may be in it or not."""
        value = getattr(statement, "value", None)
        name = self._of(statement)
        for path in _paths(table, value) if name and value else ():
            yield from ((path, f"{name}.{member}") for member in self.members[name])

    def _of(self, statement: ast.stmt) -> str:
        """The enumeration whose members a table's sets hold."""
        said = re.search(r"frozenset\[(\w+)\]", ast.unparse(statement.annotation)) if isinstance(statement, ast.AnnAssign) else None
        names = [said[1]] if said else [name_of(node.value) for node in ast.walk(statement) if isinstance(node, ast.Attribute)]
        return next((name for name in names if name in self.members), "")


def _paths(path: str, value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Dict):
        for key, part in zip(value.keys, value.values, strict=True):
            if key:
                yield from _paths(f"{path}[{ast.unparse(key)}]", part)
    elif isinstance(value, ast.BinOp | ast.Name) or isinstance(value, ast.Call) and name_of(value.func) == "frozenset":
        yield path
