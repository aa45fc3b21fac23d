# make run      everything set up, built and started with demonstration data
# make test     what CI runs
# make soak     the tests under faults for longer; SOAK=30s is the time of each variant
# make audit    Lighthouse over the pages that people use most; PAGES="home desk" measures only those
# The rest: setup build bench lint shots clean. ARGS="..." is passed to `xiaohao serve`.

# Where the official archive of Go puts it; many forget to add it to PATH.
export PATH := $(PATH):/usr/local/go/bin

assets  := web/static/dist/app.css web/static/dist/app.js web/static/dist/photo.js
sources := $(shell find web/static/src -type f 2>/dev/null)
modules := node_modules/.package-lock.json

# A tree that belongs to somebody else (root building a user's clone): git
# refuses to answer, and go build would fail for want of a version stamp.
stamp := $(shell git rev-parse HEAD >/dev/null 2>&1 || echo -buildvcs=false)

.DELETE_ON_ERROR:
.PHONY: run test soak build setup bench lint shots audit clean tools check

# exec: no shell stands between the terminal's Ctrl-C and the program.
run: build
	@exec bin/xiaohao serve --demo $(ARGS)

build: setup
	@go build $(stamp) -o bin/xiaohao ./cmd/xiaohao

setup: tools $(assets)

# Runs every time, and is quick when all is there.
tools:
	@scripts/setup

$(modules): package.json package-lock.json .npmrc | tools
	@echo "setup: npm ci"
	@npm ci --loglevel=error
	@touch $@

$(assets) &: $(sources) scripts/bundle.mjs $(modules)
	@echo "setup: web/static/dist"
	@npm run --silent build
	@touch $(assets)

check: setup
	@go vet ./...
	@scripts/gofmt

test: check
	@scripts/setup tests
	go test -race -timeout 20m ./...
	go test -run '^(TestWalk|TestFiguresTie|TestFormsWithoutScript|TestEmptyStore|TestRefusedPages|TestWorkplaces|TestReportForEver|TestPDF)$$' ./cmd/xiaohao
	cd events/journal/acceptance && go vet ./... && go test -race ./...
	cd web/sso/acceptance && go vet -mod=mod ./... && go test -mod=mod -race ./...

SOAK := 30s
soak: setup
	XIAOHAO_SOAK=$(SOAK) go test -count=1 -timeout 60m -v -run '^(TestManyWriters|TestRandomCommands|TestKillProjector|TestBatchesDoNotMatter|TestRebuiltRowsAreTheSame|TestFiguresTie)$$' ./events/journal ./projections ./cmd/xiaohao
	XIAOHAO_IMPORT_ROWS=10000 go test -count=1 -timeout 20m -v -run '^TestImportLarge$$' ./cmd/xiaohao

bench: setup
	go test -run '^$$' -bench . -benchmem ./...

lint: check
	@[ ! -f tools.mod ] || go tool -modfile=tools.mod staticcheck ./...

# The pictures of docs/, taken anew from the filled demonstration.
shots: setup
	@scripts/setup tests
	@mkdir -p docs
	XIAOHAO_SHOTS=$(CURDIR)/docs go test -count=1 -run 'TestEveryPage|TestJourney' ./cmd/xiaohao

# Lighthouse is large and nothing else needs it, so it has a folder and a lock file of its own.
audit := scripts/audit/node_modules/.package-lock.json
$(audit): scripts/audit/package.json scripts/audit/package-lock.json scripts/audit/.npmrc | tools
	@echo "setup: npm ci in scripts/audit"
	@npm ci --loglevel=error --prefix scripts/audit
	@touch $@

audit: build $(audit)
	@scripts/setup tests
	@CHROME_PATH=$$(command -v chromium || command -v chromium-browser || command -v google-chrome) node scripts/audit/audit.mjs $(PAGES)

# Back to a fresh clone. Data are not here.
clean:
	rm -rf bin web/static/dist node_modules scripts/audit/node_modules .cache
