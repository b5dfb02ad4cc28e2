/**
 * `sitecustomize.py`, found by way of PYTHONPATH. It starts coverage.py in every Python program of a container that has it, steps
 * aside for whoever measures himself, and then does what the project's own sitecustomize does. It never fails: what kept it from
 * measuring it writes into `notes`. It lies two folders below the one that takes profiles.
 */
export const PYTHON_HOOK = `"""Measures coverage for Seatrial, then hands over to the project's own sitecustomize."""
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _note(state, detail=""):
    try:
        folder = os.path.dirname(os.path.dirname(_HERE))
        # One file for each user: the next one may not write to it.
        path = os.path.join(folder, "notes", "python.%d" % os.getuid())
        if os.path.exists(path) and os.path.getsize(path) > 50000:
            return
        text = " ".join(str(detail).split())[:500]
        with open(path, "a") as file:
            file.write("%s %d %s\\n" % (state, os.getpid(), text))
    except Exception:
        pass


def _measure():
    for name in ("COV_CORE_SOURCE", "COV_CORE_DATAFILE", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
        if os.environ.get(name):
            _note("left", name + " is set")
            return
    try:
        import coverage
    except ImportError as error:
        _note("missing", error)
        return
    current = getattr(coverage.Coverage, "current", None)
    if current is not None and current() is not None:
        _note("left", "something measures already")
        return
    import atexit
    import signal
    import threading

    folder = os.path.dirname(os.path.dirname(_HERE))
    # Another name than the project's own: whoever combines its files must not take these.
    data = os.path.join(folder, "python", "seatrial")
    ours = coverage.Coverage(data_file=data, data_suffix=True, config_file=True)
    omitted = list(ours.get_option("run:omit") or [])
    ours.set_option("run:omit", omitted + [os.path.join(_HERE, "*")])
    # Programs that have nothing to do with the project must print what they always print.
    quiet = list(ours.get_option("run:disable_warnings") or [])
    slugs = ["no-data-collected", "module-not-imported", "module-not-measured", "trace-changed"]
    ours.set_option("run:disable_warnings", quiet + slugs)
    state = {"measures": False}

    def finish(why="end"):
        if not state["measures"]:
            return
        state["measures"] = False
        try:
            ours.stop()
            ours.save()
            _note("saved", why)
        except Exception as error:
            _note("failed", "%s: %s" % (type(error).__name__, error))

    begin = coverage.Coverage.start

    def start(self, *args, **named):
        if self is not ours:
            finish("the program measures itself")
        return begin(self, *args, **named)

    ours.start()
    state["measures"] = True
    coverage.Coverage.start = start
    atexit.register(finish)
    # Without a handler the program would be gone at once. One that it sets itself takes the place of this one.
    main = threading.current_thread() is threading.main_thread()
    if main and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:

        def terminated(number, _frame):
            finish("SIGTERM")
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

        signal.signal(signal.SIGTERM, terminated)
    _note("started", coverage.__version__)


def _hand_over():
    from importlib.machinery import PathFinder

    folders = [each for each in sys.path if os.path.abspath(each or os.curdir) != _HERE]
    spec = PathFinder.find_spec("sitecustomize", folders)
    if spec is None or spec.loader is None:
        return
    from importlib.util import module_from_spec

    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


try:
    _measure()
except Exception as error:
    _note("failed", "%s: %s" % (type(error).__name__, error))
_hand_over()
`;
