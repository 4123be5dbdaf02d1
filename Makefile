# The only entry: `make help` lists every task. The logic is in build/*.sh, one script per task.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run stop test build unit bench vm-test format check docs clean dist install uninstall deps

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: ## install what is missing, build, start conmon-j and crij, run a first pod (as root)
	@build/run.sh

stop: ## end what `make run` started and clean up behind it
	@build/stop.sh

test: ## every test: unit, privileged, end to end, the short VM test; lists what was skipped (as root)
	@build/test.sh

build: ## build everything into packaging/target/crij, without tests
	@build/build.sh

unit: ## the modules' own tests, without the end-to-end and the VM ones
	@build/test.sh unit

bench: ## measure against the packaged peers, prints the table of docs/performance.md (as root)
	@build/bench.sh

vm-test: ## the privileged suites and a pod walk on pure cgroup v2, in a virtual machine
	@build/vm-test.sh && build/vm-test.sh systemd

format: ## format the sources
	@build/maven.sh "format the sources" spotless:apply

check: ## compile with Error Prone and NullAway, check the formatting; no tests
	@build/maven.sh "compile and check" verify -DskipTests

docs: ## write docs/configuration.md from the code
	@build/docs.sh

dist: ## a tar of the built distribution in packaging/target
	@build/dist.sh

install: ## install the distribution below /usr/local (PREFIX=, DESTDIR=), units and default configuration
	@build/install.sh

uninstall: ## take away what `make install` put there; data stays
	@build/install.sh --remove

deps: ## install the packages that building, running and testing need
	@build/deps.sh test

clean: ## remove everything that was built
	@build/clean.sh
