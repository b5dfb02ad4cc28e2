# The doors of this repository. Each says what it does and how long it took.
.PHONY: demo test check bench build
demo: ; @bash scripts/demo.sh
test: ; @bash scripts/test.sh
check: ; @bash scripts/check.sh
bench: ; @bash scripts/bench.sh
build: ; @bash scripts/build.sh
