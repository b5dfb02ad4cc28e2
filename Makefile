# The doors of this repository. Each says what it does and how long it took.
# `make ci-image` builds the image that pipelines use, `make cover-image` the one that programs elsewhere start from.
.PHONY: demo test check bench build ci-image cover-image
demo: ; @bash scripts/demo.sh
test: ; @bash scripts/test.sh
check: ; @bash scripts/check.sh
bench: ; @bash scripts/bench.sh
build: ; @bash scripts/build.sh
ci-image: ; @bash scripts/ci-image.sh
cover-image: ; @bash scripts/cover-image.sh
