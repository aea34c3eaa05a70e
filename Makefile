# Needs Node 20.19 or newer with npm. The npm scripts then run the Node 24 that package-lock.json pins.
.DEFAULT_GOAL := help
.PHONY: help demo test test-soak chaos mutate check format install audit
.NOTPARALLEL:

installed := node_modules/.tandem-installed

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(installed) ## Start everything on this machine and play the main story; ONCE=1 ends after it; PAIR=portal DEMO_SCALE=0.05
	@ONCE="$(ONCE)" PAIR="$(PAIR)" DEMO_SCALE="$(DEMO_SCALE)" npm run --silent demo

test: $(installed) ## Build, check and run every test
	@npm run --silent test

mutate: $(installed) ## Change the engine in many places and write down what no test notices; takes minutes
	@npm run --silent mutate

test-soak: $(installed) ## Every property and campaign with 100,000 cases; FC_RUNS and FC_SEED change that
	@npm run --silent test-soak

chaos: $(installed) ## Edit, fail and kill for MINUTES=2, then judge; PAIR=portal SEED=… RECORDS=300 EDITS=… SEARCH=on|off BUDGET=… HARM_EVERY=4.5
	@PAIR="$(PAIR)" SEED="$(SEED)" MINUTES="$(MINUTES)" RECORDS="$(RECORDS)" EDITS="$(EDITS)" SEARCH="$(SEARCH)" ROW_ID_CHECK="$(ROW_ID_CHECK)" BUDGET="$(BUDGET)" HARM_EVERY="$(HARM_EVERY)" npm run --silent chaos

check: $(installed) ## Types, lint, format and the import arrows
	@npm run --silent check

audit: $(installed) ## Ask the npm registry for known vulnerabilities of what the product runs with
	@npm run --silent audit

format: $(installed) ## Format every file
	@npm run --silent format

install: $(installed) ## Install what package-lock.json names

$(installed): package-lock.json
	@$(require_node)
	npm ci --no-audit --no-fund --loglevel error
	@touch $@

define require_node
command -v node >/dev/null && command -v npm >/dev/null \
	|| { echo "Tandem needs Node.js 20.19 or newer with npm: https://nodejs.org" >&2; exit 1; }; \
node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' \
	|| { echo "Tandem needs Node.js 20.19 or newer, this is $$(node --version): https://nodejs.org" >&2; exit 1; }
endef
