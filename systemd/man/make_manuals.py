#!/usr/bin/python3
"""Makes the manuals: the texts beside this file, with the options as the programs' --help has them
and the configuration's keys as its comments explain them. Run at installation."""

import argparse
import email.utils
import gzip
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).parent
MANUALS = [("refundctl", 1), ("refundd.toml", 5), ("refundd", 8)]
HELP_COLUMN = 30  # where CLI11's descriptions begin
KEY = re.compile(r'(# )?[a-z_]+ = ("[^"]*"|\[.*\]|[0-9]+|true|false)( +#.*)?$')
SECTION = re.compile(r"(?:# )?(\[\[?[a-z]+\]\]?)$")


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\\&" + text if text.startswith(".") else text


class Help:
    """What a program says to --help, taken apart."""

    def __init__(self, program, *commands):
        text = subprocess.run([program, *commands, "--help"], check=True, text=True, timeout=30,
                              capture_output=True).stdout
        self.description = text.split("\nUsage:")[0].strip()
        self.usage = re.search(r"^Usage: (.*)$", text, re.MULTILINE)[1]
        self.parts = {name: list(self._entries(lines.splitlines())) for name, lines in
                      re.findall(r"^(\w+):\n((?:  .*\n)+)", text + "\n", re.MULTILINE)}
        self.commands = [name for name, _ in self.parts.get("Subcommands", [])]

    @staticmethod
    def _entries(lines):
        """(name, description) of each. A name that is too long has its description on the next
        line."""
        indent = " " * HELP_COLUMN
        for line, following in zip(lines, [*lines[1:], ""]):
            if line.startswith(indent):
                continue
            if following.startswith(indent):
                yield line.strip(), following.strip()
            else:
                yield line[:HELP_COLUMN].strip(), line[HELP_COLUMN:].strip()

    def arguments(self, with_help=False):
        """Positionals and options, as paragraphs of a manual."""
        return "\n".join(
            f".TP\n.B {roff(name.replace('-h,', '-h, '))}\n{roff(description) or '.'}"
            for part in ("Positionals", "Options") for name, description in self.parts.get(part, [])
            if with_help or not name.startswith("-h,"))


def commands_of(program, *path):
    """A section for each command that does something; for their parents a word before them."""
    text = []
    for name in Help(program, *path).commands:
        command = Help(program, *path, name)
        if command.commands:
            text.append(commands_of(program, *path, name))
        else:
            text += [f".SS {roff(command.usage)}", roff(command.description), command.arguments()]
    return "\n".join(part for part in text if part)


def configuration(lines):
    """Comments become text, keys and examples stay as they are written."""
    text = []
    prose = []

    def end_of_prose():
        if prose:
            text.extend([".PP", *prose])
            prose.clear()

    for line in lines:
        section = SECTION.match(line)
        if section:
            end_of_prose()
            text.append(f".SH \"{section[1]}\"")
        elif KEY.match(line) or line.startswith("#  "):
            end_of_prose()
            example = line if KEY.match(line) else line[1:].strip()
            text += [".RS", ".EX", roff(example), ".EE", ".RE"]
        elif line.startswith("# "):
            prose.append(roff(line[2:]))
        elif line in ("", "#"):
            end_of_prose()
        else:
            raise SystemExit(f"make_manuals: what is this line of the configuration? {line}")
    end_of_prose()
    return "\n".join(text).replace(".EE\n.RE\n.RS\n.EX\n", "")


def date_of(changelog):
    newest = re.search(r"^ -- .*>  (.*)$", changelog, re.MULTILINE)[1]
    return email.utils.parsedate_to_datetime(newest).date()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("refundd", "refundctl", "config", "changelog", "version", "folder"):
        parser.add_argument(f"--{option}", required=True)
    given = parser.parse_args()
    date = date_of(pathlib.Path(given.changelog).read_text())
    parts = {
        "@OPTIONS refundd@": Help(given.refundd).arguments(with_help=True),
        "@OPTIONS refundctl@": Help(given.refundctl).arguments(with_help=True),
        "@COMMANDS refundctl@": commands_of(given.refundctl),
        "@CONFIG@": configuration(pathlib.Path(given.config).read_text().splitlines()),
    }
    for name, section in MANUALS:
        file = f"{name}.{section}"
        text = f'.TH {name.upper()} {section} {date} "refundd {given.version}"\n'
        text += (HERE / file).read_text()
        for mark, part in parts.items():
            text = text.replace(mark, part)
        pathlib.Path(given.folder, file + ".gz").write_bytes(
            gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
