package web

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"xiaohao/projections"
)

// metrics are what a monitor reads at /metrics; they are asked for when it does. None of
// them names an item or a person.
type metrics struct{ reads *projections.Store }

var (
	metricPosition = prometheus.NewDesc("xiaohao_projection_sequence", "Sequence of the log up to which the read models stand.", nil, nil)
	metricHead     = prometheus.NewDesc("xiaohao_log_sequence", "Last sequence of the log, as the projector last saw it.", nil, nil)
	metricBehind   = prometheus.NewDesc("xiaohao_projection_lag_events", "Commits that the read models lack.", nil, nil)
	metricLag      = prometheus.NewDesc("xiaohao_projection_lag_seconds", "Seconds since the read models had everything last.", nil, nil)
	metricProgress = prometheus.NewDesc("xiaohao_projection_progress_timestamp_seconds", "When the read models moved on last.", nil, nil)
	metricFrozen   = prometheus.NewDesc("xiaohao_projection_frozen", "1 when the log moves on and the read models do not.", nil, nil)
	metricParked   = prometheus.NewDesc("xiaohao_projection_parked_items", "Items set aside because a commit of them cannot be applied.", nil, nil)
	metricRunner   = prometheus.NewDesc("xiaohao_projection_runner_up", "1 when a projector is at work, in whichever process.", nil, nil)
	metricLoading  = prometheus.NewDesc("xiaohao_projection_loading", "1 while the read models are built from the first commit.", nil, nil)
	metricOK       = prometheus.NewDesc("xiaohao_projection_healthy", "1 when nothing is wrong with the read models.", nil, nil)
)

func (m metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{metricPosition, metricHead, metricBehind, metricLag, metricProgress, metricFrozen, metricParked,
		metricRunner, metricLoading, metricOK} {
		ch <- d
	}
}

func (m metrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := monitorContext()
	defer cancel()
	h := m.reads.Health(ctx)
	gauge := func(d *prometheus.Desc, v float64) { ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	one := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	gauge(metricPosition, float64(h.Position.Sequence))
	gauge(metricHead, float64(h.Head))
	gauge(metricBehind, float64(h.Behind))
	gauge(metricLag, h.Lag.Seconds())
	gauge(metricProgress, float64(h.Progress.UnixMilli())/1000)
	gauge(metricFrozen, one(h.Frozen))
	gauge(metricParked, float64(h.Parked))
	gauge(metricRunner, one(h.Runner != ""))
	gauge(metricLoading, one(h.Loading))
	gauge(metricOK, one(h.Err == ""))
}

// metricsPage answers /metrics.
func metricsPage(reads *projections.Store) handler {
	r := prometheus.NewRegistry()
	r.MustRegister(metrics{reads})
	h := promhttp.HandlerFor(r, promhttp.HandlerOpts{})
	return func(w http.ResponseWriter, req *http.Request) error {
		h.ServeHTTP(w, req)
		return nil
	}
}
