# The project's whole command line. Every target may be repeated.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-check serve stop test lint bench evidence screenshots lock
PYTHON_HERE := .venv/bin/python

help: ## what can be made
	@sed -nE 's/^([a-z%-]+):.*## (.*)/  make \1@\2/p' Makefile | column -t -s@

setup:  ## the virtual environment and the node packages
	@scripts/setup.sh platform

demo:  ## a real campaign, from nothing to its plot, with the pages to watch it
	@began=$$(date +%s); scripts/setup.sh platform demo && SET_UP_BEGAN=$$began $(PYTHON_HERE) -m scripts.demo up

demo-check:  ## the same without pages to stay; exit 0 only if everything holds
	@began=$$(date +%s); scripts/setup.sh platform demo && SET_UP_BEGAN=$$began $(PYTHON_HERE) -m scripts.demo check

serve:  ## the platform in the foreground: database, web server, background tasks
	@scripts/setup.sh platform
	@$(PYTHON_HERE) -m scripts.serve

stop:  ## end everything that was started here
	@[ ! -x $(PYTHON_HERE) ] || $(PYTHON_HERE) -m scripts.stop

test:  ## every check there is: lint, contracts, types, tests
	@scripts/setup.sh platform tests demo
	@scripts/test.sh

lint:  ## style, import contracts and types only
	@scripts/setup.sh platform tests
	@scripts/test.sh lint

bench:  ## how fast it is: the evidence of speed
	@scripts/setup.sh platform tests demo
	@$(PYTHON_HERE) -m scripts.evidence bench

evidence:  ## the list of what can be shown
	@scripts/setup.sh platform tests demo
	@$(PYTHON_HERE) -m scripts.evidence

evidence-%:  ## one of them: a table of what, aim, measured, held
	@scripts/setup.sh platform tests demo
	@$(PYTHON_HERE) -m scripts.evidence $*

screenshots:  ## the picture of the README, of the demo that is up
	@scripts/setup.sh platform tests
	@$(PYTHON_HERE) -m scripts.screenshots

lock:  ## exact versions and hashes, anew, from the lists in *.in
	@scripts/lock.sh
