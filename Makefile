# `make` alone lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup setup-cuda setup-compiler published build demo test test-page check format lint golden bench clean
PYTHON ?= .venv/bin/python
# C and C++ optimised, Swift debugged.
FAST = -Xcc -O2 -Xcxx -O2

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup:  ## install the system packages that are missing
	@Tools/setup.sh

build: setup  ## the command line, optimised: .build/release/sluice
	swift build -c release --product sluice

demo: build  ## draw a picture with the embedded model
	@Tools/demo.sh

# The simulated device is one for a process, and the studio's tests watch the clock: each has a process of its own.
test: setup setup-compiler  ## build and run every test
	swift build --build-tests $(FAST)
	swift test --skip-build $(FAST) --skip 'CUDABackendTests|StudioTests'
	swift test --skip-build $(FAST) --filter CUDABackendTests
	swift test --skip-build $(FAST) --no-parallel --filter StudioTests

test-page: build  ## the studio's page in a real browser, with the real server (installs Chromium)
	@Tools/setup-page.sh
	SLUICE=$(abspath .build/release/sluice) PYTHON=$(abspath .venv-page/bin/python) Tests/Page/run all

check: lint  ## what must hold before a commit besides the tests

format:  ## rewrite the Swift sources in the one style
	swift format --in-place --recursive --parallel Package.swift Sources Tests

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

$(PYTHON):
	python3 -m venv .venv

published: $(PYTHON)
	$(PYTHON) -m pip install --quiet -r Tools/golden/requirements.txt

golden: published  ## rewrite the golden data with the published pipeline (downloads PyTorch)
	cd Tools && $(abspath $(PYTHON)) -m golden.models && $(abspath $(PYTHON)) -m golden.tokenizers && $(abspath $(PYTHON)) -m golden.pictures

# The tests put every kernel through NVIDIA's compiler, which is 90 MB from PyPI and needs no card.
setup-compiler:
	@Tools/setup-cuda.sh --compiler

setup-cuda:  ## bring the CUDA libraries that an NVIDIA card needs, from PyPI
	@Tools/setup-cuda.sh

bench: build published  ## compare the command line with the published pipeline
	Benchmarks/cold_start.py --python $(PYTHON)

clean:  ## remove what was built
	rm -rf .build
