"""What a login host is told: shell scripts, put together of words that are all quoted. Pure.

A launch has a folder of its own, named by its tag. Whoever makes the folder may launch, and nobody else; whoever makes `begun` in it may begin
the command. So a launch that was not begun in time can be forbidden for good, and is then surely absent.
"""
import re
from collections.abc import Collection, Mapping
from shlex import quote

from submissions.batch.login import tags
from submissions.command import JobSpec, Login

TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
LONGEST = 131071 - 1        # bytes of one word: Linux takes no longer one
MOST = 1_500_000            # bytes of all words and variables together
PAUSE_S = 0.1
BEFORE = {"x509_proxy": 'export X509_USER_PROXY="{folder}/x509_proxy"'}      # what is said before the set-up, and what after it
NAMED = 'unset BEARER_TOKEN; export BEARER_TOKEN_FILE="{folder}/bearer_token"'
AFTER = {
    "bearer_token": NAMED,
    "htgettoken": NAMED + ' HTGETTOKENOPTS="$(cat "{folder}/htgettoken")"',
    "vault_token": 'HTGETTOKENOPTS="$HTGETTOKENOPTS --vaulttokeninfile={folder}/vault_token"',
}
FETCHED = 'htgettoken >&2 || echo "POMS: htgettoken ended with exit code $?: there is no bearer token" >&2'

GONE = "rm -rf launch setup inputs credentials runner"      # with the end of the command; what it printed, and how it ended, stay
STATE = f"""
gone() {{ {GONE}; }}
""" + """
alive() {
    born=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)
    [ -n "$born" ] && [ "$born" != "$2" ] && return 1
    cat /proc/[0-9]*/stat 2>/dev/null | sed 's/.*) //' | awk -v g="$1" '$3 == g && $1 != "Z" { n = 1 } END { exit !n }'
}
age() { echo $(( $(date +%s) - $(stat -c %Y "$1") )); }
size() { wc -c <output 2>/dev/null || echo 0; }
state() {
    if [ -e status ]; then say ended "$(cat status)" "$(age status)" "$(size)"
    elif [ -e pid ]; then
        read -r p s b h <pid
        if [ "$h" != "$(uname -n)" ]; then say elsewhere "$h" "$(age pid)" "$(size)"
        elif [ "$b" = "$(cat /proc/sys/kernel/random/boot_id)" ] && alive "$p" "$s"; then say running "$p" "$(age pid)" "$(size)"
        elif [ -e status ]; then state
        else gone; say killed - "$(age output)" "$(size)"; fi
    elif [ -e begun ] && [ "$(age begun)" -gt 60 ]; then gone; say killed - "$(age begun)" 0
    else say waiting - "$(age .)" 0; fi
}
"""
# In a session of its own.
RUNNER = f"""mkdir begun || exit 0
printf '%s %s %s %s\\n' "$$" "$(sed 's/.*) //' /proc/$$/stat | cut -d' ' -f20)" "$(cat /proc/sys/kernel/random/boot_id)" "$(uname -n)" >pid.new
mv pid.new pid
bash ./launch </dev/null >>output 2>&1
code=$?
{GONE}
printf '%s\\n' "$code" >status.new && mv status.new status
"""


def wrong(spec: JobSpec) -> list[str]:
    """What of it cannot be run on a login host, a sentence each."""
    login = spec.login or Login("", "")
    said = [*spec.argv, *(f"{name}={value}" for name, value in spec.environment)]
    texts = [*said, *(word for pair in spec.inputs for word in pair), login.setup]
    checks = (
        (spec.style == "submitter", f"style is {spec.style!r}: a login host runs a command that submits, choose style submitter in the job type"),
        (bool(login.host), "the login setup names no host: say on which host the command is to run"),
        (bool(login.account), "the login setup names no account: say as whom the command is to run"),
        (bool(TAG.fullmatch(spec.tag)), f"tag is {spec.tag!r}: only letters, digits, dots, dashes and underscores name a folder"),
        (bool(spec.argv and spec.argv[0]), "argv is empty: name the program to run"),
        (all("\0" not in text for text in texts), "argv, environment, inputs and set-up must not hold a NUL character"),
        (all(map(_is_utf8, texts)), "argv, environment, inputs and set-up must be text that can be written as UTF-8"),
        (all(NAME.fullmatch(name) for name, _ in spec.environment), "environment: names are letters, digits and underscores"),
        (all(re.fullmatch(r"[\w.-]+", name) and name.strip(".") for name, _ in spec.inputs), "inputs: give plain file names, without a folder"),
    )
    return [sentence for holds, sentence in checks if not holds] or _too_long(said)


def _is_utf8(text: str) -> bool:
    return text == text.encode(errors="replace").decode()


def _too_long(said: list[str]) -> list[str]:
    sizes = {word: len(word.encode()) for word in said}
    long = [f"{word[:40]}… is {size} bytes long: one word or variable has at most {LONGEST}" for word, size in sizes.items() if size > LONGEST]
    total = sum(len(word.encode()) for word in said)
    return long or ([f"the command and its variables are {total} bytes: at most {MOST} can be run"] if total > MOST else [])


def launch(spec: JobSpec, carried: Collection[str] = ()) -> str:
    """What bash runs on the host. The set-up is a file of its own, so that an open quote in it takes nothing else with it.

    A set-up may name another proxy than the one that is carried; of tokens the one that is carried counts."""
    login = spec.login or Login("", "")
    uploads = '"$PWD"' if login.role == "analysis" else '"$HOME"'
    token = ['export POMS_TOKEN_FILE="$PWD/inputs/token"'] if dict(spec.inputs).get("token") else []
    own = ['export XDG_CACHE_HOME="$POMS_SANDBOX/credentials"'] if carried and login.role == "analysis" else []
    return "\n".join([
        f"export UPLOADS={uploads}", 'export POMS_SANDBOX="$PWD"', *token, *own, *named("$PWD/credentials", carried, BEFORE),
        'bash -n ./setup || { echo "POMS: bash cannot read the set-up of the login setup" >&2; exit 2; }',
        'cd "$HOME" || exit 2', '. "$POMS_SANDBOX/setup"',
        *named("$POMS_SANDBOX/credentials", carried, AFTER), "export _condor_SEC_CREDENTIAL_STORER=true",
        *(f"export {name}={quote(value)}" for name, value in spec.environment), *tags.lines(spec), command(spec.argv), ""])


def named(folder: str, carried: Collection[str], lines: Mapping[str, str]) -> list[str]:
    """What programs know a credential by that lies in that folder."""
    fetched = [FETCHED] if lines is AFTER and "htgettoken" in carried else []
    return [*(line.format(folder=folder) for name, line in lines.items() if name in carried), *fetched]


def command(argv: tuple[str, ...]) -> str:
    """The words, each quoted; a function that the set-up has made may be called too."""
    return " ".join(map(quote, argv))


def start(spec: JobSpec, carried: Mapping[str, str], *, folder: str, mark: str, keep_days: int, wait_s: float) -> str:
    """Make the folder, write the files, and begin the command in a session of its own; then wait a moment for its end."""
    login = spec.login or Login("", "")
    files = {"launch": launch(spec, carried), "setup": login.setup.replace("\r", "") + "\n", "runner": RUNNER,
             **{f"inputs/{name}": text for name, text in spec.inputs}}
    written = " &&\n    ".join([*(f"printf %s {quote(text)} >{quote(name)}" for name, text in files.items()), *_laid("credentials", carried)])
    return _whole(mark, f"""
    mkdir -p -- {quote(folder)} && cd -- {quote(folder)} || {{ say refused "the folder for launches cannot be made"; return; }}
    find . -maxdepth 1 -mindepth 1 -type d -mtime +{keep_days} -exec rm -rf -- {{}} + 2>/dev/null
    mkdir -- {quote(spec.tag)} || {{ [ -d {quote(spec.tag)} ] && say taken || say refused "the folder of the launch cannot be made"; return; }}
    cd -- {quote(spec.tag)} || {{ say refused "the folder of the launch cannot be entered"; return; }}
    {{ : >output && mkdir inputs &&
    {written}; }} || {{ cd ..; rm -rf -- {quote(spec.tag)}; say refused "the files of the launch cannot be written: is the disk full?"; return; }}
    setsid /bin/sh ./runner </dev/null >/dev/null 2>&1 &
    i=0; while [ $i -lt {round(wait_s / PAUSE_S)} ] && [ ! -e status ]; do sleep {PAUSE_S}; i=$((i+1)); done
    state""")


def state(tag: str, *, folder: str, mark: str, forbid: bool) -> str:
    """How the launch stands. With `forbid` one that was not begun is made impossible first: the answer is then sure."""
    never = "mkdir begun 2>/dev/null && { gone; echo never >status; }"
    return _whole(mark, f"""
    {_enter(folder)}
    {f"mkdir -- {quote(tag)} 2>/dev/null" if forbid else ""}
    cd -- {quote(tag)} 2>/dev/null || {{ say absent; return; }}
    {never if forbid else ""}
    state""")


def log(tag: str, *, folder: str, mark: str, start: int, length: int) -> str:
    """How the launch stands, and a part of what it printed."""
    part = f"tail -c +{start + 1} output" if start >= 0 else f"tail -c {-start} output"
    return _whole(mark, f"""
    {_enter(folder)}
    cd -- {quote(tag)} 2>/dev/null || {{ say absent; return; }}
    state
    {part} 2>/dev/null | head -c {length}""")


def abort(tag: str, *, folder: str, mark: str, wait_s: float) -> str:
    """End every process of the launch, the polite way first; one that was not begun never will be."""
    return _whole(mark, f"""
    {_enter(folder)}
    mkdir -- {quote(tag)} 2>/dev/null
    cd -- {quote(tag)} || {{ say absent; return; }}
    mkdir begun 2>/dev/null && {{ gone; echo never >status; }}
    if [ ! -e status ] && [ -e pid ]; then
        read -r p s b h <pid
        [ "$h" = "$(uname -n)" ] || {{ state; return; }}
        if alive "$p" "$s"; then
            kill -TERM "-$p" 2>/dev/null
            i=0; while alive "$p" "$s" && [ $i -lt {round(wait_s / PAUSE_S)} ]; do sleep {PAUSE_S}; i=$((i+1)); done
            alive "$p" "$s" && kill -KILL "-$p" 2>/dev/null
        fi
        gone
        [ -e status ] || {{ echo aborted >status.new && mv status.new status; }}
    fi
    state""")


def run(login: Login, argv: tuple[str, ...], carried: Mapping[str, str], *, mark: str, within_s: int) -> str:
    """One command after the set-up, now; its end, and what it printed: first its output, then its errors.

    One that hangs is ended there, with all that it began: nobody else would, and the next pulse begins another."""
    before, after = ("".join(f"{line}\n" for line in named("${POMS_SETUP%/*}", carried, lines)) for lines in (BEFORE, AFTER))
    text = f'{before}. "$POMS_SETUP" >&2\n{after}{command(argv)}\n'
    laid = "".join(f" && {line}" for line in _laid('"$d"', carried))
    return _whole(mark, f"""
    d=$(mktemp -d) || {{ say refused "a temporary folder cannot be made"; return; }}
    printf %s {quote(login.setup.replace(chr(13), "") + chr(10))} >"$d/setup" && printf %s {quote(text)} >"$d/run"{laid}
    POMS_SETUP="$d/setup" timeout -k 1 {within_s} bash "$d/run" </dev/null >"$d/out" 2>"$d/err"
    code=$?
    say did "$code" "$(wc -c <"$d/out")" "$(wc -c <"$d/err")"
    cat "$d/out" "$d/err"
    rm -rf -- "$d" """)


def _laid(folder: str, carried: Mapping[str, str]) -> list[str]:
    """Lines that write credentials there: for the owner alone, and to be read alone."""
    made = [line for name, text in carried.items() for line in (f"printf %s {quote(text)} >{folder}/{name}", f"chmod 400 {folder}/{name}")]
    return [f"mkdir -p {folder}", *made] if made else []


def _enter(folder: str) -> str:
    """A home that is not there must not look as if nothing had been launched."""
    return f"""[ -d . ] && [ -w . ] || {{ say refused "the home folder is not there"; return; }}
    mkdir -p -- {quote(folder)} && cd -- {quote(folder)} || {{ say refused "the folder of launches is not there"; return; }}"""


def _whole(mark: str, body: str) -> str:
    """As one function that is called in the last line: of a script that was cut off on its way nothing is done."""
    return f"""umask 077
say() {{ printf '%s' {quote(mark)}; printf ' %s' "$@"; printf '\\n'; }}
{STATE}
main() {{
    cd "${{HOME:-/}}" || {{ say refused "the home folder cannot be entered"; return; }}{body}
}}
main
"""


def answer(said: bytes, mark: str) -> tuple[list[str], bytes]:
    """The words of the answer, and what follows them; what a login shell prints of itself is passed over."""
    found = re.search(rb"^" + re.escape(mark.encode()) + rb" ?(.*)\n", said, re.MULTILINE)
    return (found[1].decode(errors="replace").split(" "), said[found.end():]) if found else ([], b"")
