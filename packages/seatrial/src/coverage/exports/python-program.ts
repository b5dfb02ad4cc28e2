/**
 * Before 7.13.1, `coverage json` lists lines and jumps that ran and that coverage.py itself does not count: docstrings, and ways that its
 * analysis does not know; before 6.5 it lists no jumps at all. This program, given to Python with the report's path, makes the lists what
 * coverage.py's own figures are of.
 */
export const CORRECT_REPORT = `
import json, sys, coverage

def value(found):
    return found() if callable(found) else found

path = sys.argv[1]
with open(path) as report:
    document = json.load(report)
cov = coverage.Coverage()
cov.load()
for name, found in document["files"].items():
    analysis = cov._analyze(name)
    statements = set(analysis.statements)
    has_arcs = bool(value(analysis.has_arcs))
    if has_arcs:
        possible = set(tuple(arc) for arc in value(analysis.arc_possibilities))
        lines = set(analysis.branch_stats())
        if "missing_branches" not in found:
            found["executed_branches"] = [arc for arc in value(analysis.arcs_executed) if arc[0] in lines]
            found["missing_branches"] = [
                (start, end) for start, ends in analysis.missing_branch_arcs().items() for end in ends
            ]
    parts = [found]
    for group in ("functions", "classes"):
        parts.extend(found.get(group, {}).values())
    for part in parts:
        part["executed_lines"] = [line for line in part["executed_lines"] if line in statements]
        if has_arcs and "executed_branches" in part:
            part["executed_branches"] = [arc for arc in part["executed_branches"] if tuple(arc) in possible]
with open(path, "w") as report:
    json.dump(document, report)
`;
