/** The module's name, as `-p` takes it. */
export const PYTEST_PLUGIN = "seatrial_pytest";

/** Starts each line that the plugin writes. */
export const PYTEST_MARKER = "\x16";

/**
 * Tells of each test while it runs, and picks this shard's tests. Each process numbers what it tells, and tells its end, so that nothing is
 * lost unseen. It writes to the standard error that pytest was started with:
 * pytest itself writes nothing there, and its capturing begins later. Written so that every Python that pytest runs on can read it.
 */
export const PYTEST_PLUGIN_SOURCE = `import json
import os

import pytest

_stream = os.dup(2)
_longest = 65536
_open = {}
_told = {}


def _tell(event):
    process = os.getpid()
    _told[process] = _told.get(process, 0) + 1
    data = b"\\x16" + json.dumps(dict(event, process=process, seq=_told[process])).encode("ascii") + b"\\n"
    try:
        while data:
            data = data[os.write(_stream, data):]
    except OSError:
        pass


def _test(nodeid):
    path, bracket, parameters = nodeid.partition("[")
    names = path.split("::")
    names[0] = names[0][:-3] if names[0].endswith(".py") else names[0]
    names[0] = names[0].replace("/", ".")
    return {"group": ".".join(names[:-1]), "name": names[-1] + bracket + parameters}


def _clip(value):
    return str(value)[-_longest:]


def _message(report):
    longrepr = report.longrepr
    if isinstance(longrepr, tuple):
        reason = longrepr[2]
        return _clip(reason[9:] if reason.startswith("Skipped: ") else reason)
    crash = getattr(longrepr, "reprcrash", None)
    return _clip(crash.message if crash is not None else longrepr)


def _finish(nodeid, test):
    _tell(dict(_test(nodeid), event="finished", output=_clip("\\n".join(test.pop("texts"))), **test))


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Reporter(), "seatrial-reporter")
        _tell({"event": "hello"})


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        _tell({"event": "end"})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    count = int(os.environ.get("SEATRIAL_SHARDS") or 1)
    index = int(os.environ.get("SEATRIAL_SHARD") or 1) - 1
    if count < 2:
        return
    files = sorted({item.nodeid.split("::")[0] for item in items})
    whole_files = len(files) >= 2 * count
    key = (lambda item: item.nodeid.split("::")[0]) if whole_files else (lambda item: item.nodeid)
    mine = set(sorted({key(item) for item in items})[index::count])
    others = [item for item in items if key(item) not in mine]
    items[:] = [item for item in items if key(item) in mine]
    if others:
        config.hook.pytest_deselected(items=others)


class _Reporter(object):
    def pytest_runtest_logstart(self, nodeid, location):
        _tell(dict(_test(nodeid), event="started"))

    def pytest_runtest_logreport(self, report):
        test = _open.setdefault(
            report.nodeid, {"status": "passed", "message": None, "duration": 0.0, "texts": []}
        )
        test["duration"] += getattr(report, "duration", 0.0)
        reason = getattr(report, "wasxfail", None)
        if report.outcome == "rerun":
            return
        if report.failed:
            test["status"] = "failed"
            test["message"] = test["message"] or _message(report)
            test["texts"].append(str(report.longrepr))
        elif report.skipped and test["status"] == "passed":
            test["status"] = "skipped"
            test["message"] = _message(report) if reason is None else "expected to fail: " + str(reason)
        if report.when == "teardown":
            texts = ["{}:\\n{}".format(title, text) for title, text in report.sections]
            test["texts"].extend(texts)
            _finish(report.nodeid, _open.pop(report.nodeid))

    def pytest_collectreport(self, report):
        if report.passed:
            return
        status = "failed" if report.failed else "skipped"
        _tell(
            {
                "event": "finished",
                "group": report.nodeid.replace("/", ".")[: -3 if report.nodeid.endswith(".py") else None],
                "name": "(collection)",
                "status": status,
                "duration": 0,
                "message": "collection failed" if report.failed else _message(report),
                "output": _clip(report.longrepr if report.failed else ""),
            }
        )
`;
