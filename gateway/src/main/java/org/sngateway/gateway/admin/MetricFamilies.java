// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.DoubleStream;
import org.sngateway.gateway.observe.LatencyHistogram;

/** The families of one look at the gateway, on their way to Prometheus' text format 0.0.4. For one thread. */
final class MetricFamilies {
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private static final double NANOS_PER_SECOND = 1e9;

    private static final PrometheusTextFormatWriter WRITER = PrometheusTextFormatWriter.create();

    private final MetricSnapshots.Builder families = MetricSnapshots.builder();

    /** One series of a family that has one label. */
    record Series(String labelValue, Number value) {}

    /** One series of a family that has two. */
    record PairSeries(String labelValue, String otherLabelValue, Number value) {}

    /** One series of a family of histograms that has one label. */
    record TimeSeries(String labelValue, LatencyHistogram.Snapshot times) {}

    /** @param name with {@code _total} at its end */
    void counter(String name, String help, Number value) {
        counter(name, help, List.of(counterPoint(Labels.EMPTY, value)));
    }

    /** @param name with {@code _total} at its end */
    void counter(String name, String help, String label, List<Series> series) {
        counter(
                name,
                help,
                series.stream()
                        .map(one -> counterPoint(Labels.of(label, one.labelValue), one.value))
                        .toList());
    }

    /** A value for each pair of two labels' values. */
    void counter(String name, String help, String label, String otherLabel, List<PairSeries> series) {
        counter(
                name,
                help,
                series.stream()
                        .map(one -> counterPoint(
                                Labels.of(label, one.labelValue, otherLabel, one.otherLabelValue), one.value))
                        .toList());
    }

    private void counter(String name, String help, List<CounterDataPointSnapshot> points) {
        CounterSnapshot.Builder family = CounterSnapshot.builder().name(name).help(help);
        points.forEach(family::dataPoint);
        add(family.build());
    }

    private static CounterDataPointSnapshot counterPoint(Labels labels, Number value) {
        return CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(value.doubleValue())
                .build();
    }

    void gauge(String name, String help, Number value) {
        gauge(name, help, List.of(gaugePoint(Labels.EMPTY, value)));
    }

    void gauge(String name, String help, String label, List<Series> series) {
        gauge(
                name,
                help,
                series.stream()
                        .map(one -> gaugePoint(Labels.of(label, one.labelValue), one.value))
                        .toList());
    }

    private void gauge(String name, String help, List<GaugeDataPointSnapshot> points) {
        GaugeSnapshot.Builder family = GaugeSnapshot.builder().name(name).help(help);
        points.forEach(family::dataPoint);
        add(family.build());
    }

    private static GaugeDataPointSnapshot gaugePoint(Labels labels, Number value) {
        return GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value(value.doubleValue())
                .build();
    }

    /** In seconds. */
    void histogram(String name, String help, String label, List<TimeSeries> series) {
        HistogramSnapshot.Builder family =
                HistogramSnapshot.builder().name(name).help(help);
        for (TimeSeries one : series) {
            LatencyHistogram.Snapshot times = one.times;
            double[] upperBounds = DoubleStream.concat(
                            times.bounds().stream().mapToDouble(bound -> bound.toNanos() / NANOS_PER_SECOND),
                            DoubleStream.of(Double.POSITIVE_INFINITY))
                    .toArray();
            long[] counts = times.counts().stream().mapToLong(Long::longValue).toArray();
            family.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(Labels.of(label, one.labelValue))
                    .classicHistogramBuckets(ClassicHistogramBuckets.of(upperBounds, counts))
                    .sum(times.sum().toNanos() / NANOS_PER_SECOND)
                    .build());
        }
        add(family.build());
    }

    /** A family of another kind. */
    void add(MetricSnapshot family) {
        families.metricSnapshot(family);
    }

    /** Sorted by name. */
    byte[] text() {
        ByteArrayOutputStream text = new ByteArrayOutputStream(16 << 10);
        try {
            WRITER.write(text, families.build());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not to memory
        }
        return text.toByteArray();
    }
}
