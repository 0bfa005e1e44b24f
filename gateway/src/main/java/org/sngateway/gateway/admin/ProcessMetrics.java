// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.admin;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sngateway.gateway.admin.MetricFamilies.Series;

/** The process and its virtual machine, under the names that Prometheus' own libraries give them. What the system does not tell is left out. */
final class ProcessMetrics {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d{1,15}) kB$");

    private ProcessMetrics() {}

    static void add(MetricFamilies to) {
        to.add(InfoSnapshot.builder()
                .name("sn_gateway_build")
                .help("Version of the gateway and of the Java it runs on; always 1.")
                .dataPoint(InfoDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "version", version(), "java", Runtime.version().toString()))
                        .build())
                .build());
        to.gauge(
                "process_start_time_seconds",
                "When the process was started, in seconds since 1970.",
                ManagementFactory.getRuntimeMXBean().getStartTime() / 1000.0);
        residentOctets()
                .ifPresent(octets -> to.gauge("process_resident_memory_bytes", "Memory that is in RAM.", octets));
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            to.counter("process_cpu_seconds_total", "Processor time used.", system.getProcessCpuTime() / 1e9);
            to.gauge("process_open_fds", "Open file descriptors.", system.getOpenFileDescriptorCount());
            to.gauge("process_max_fds", "File descriptors that may be open.", system.getMaxFileDescriptorCount());
        }
        addVirtualMachine(to);
    }

    private static void addVirtualMachine(MetricFamilies to) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        MemoryUsage other = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
        to.gauge(
                "jvm_memory_used_bytes",
                "Memory that the virtual machine uses.",
                "area",
                List.of(new Series("heap", heap.getUsed()), new Series("nonheap", other.getUsed())));
        to.gauge(
                "jvm_memory_max_bytes",
                "The largest heap that the virtual machine may use.",
                "area",
                List.of(new Series("heap", heap.getMax())));
        to.gauge(
                "jvm_threads_current",
                "Threads of the virtual machine.",
                ManagementFactory.getThreadMXBean().getThreadCount());
        SummarySnapshot.Builder collections =
                SummarySnapshot.builder().name("jvm_gc_collection_seconds").help("Time spent in garbage collection.");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            collections.dataPoint(SummaryDataPointSnapshot.builder()
                    .labels(Labels.of("gc", collector.getName()))
                    .count(collector.getCollectionCount())
                    .sum(collector.getCollectionTime() / 1000.0)
                    .build());
        }
        to.add(collections.build());
    }

    private static OptionalLong residentOctets() {
        try {
            Matcher resident = RESIDENT.matcher(Files.readString(STATUS, StandardCharsets.UTF_8));
            return resident.find() ? OptionalLong.of(Long.parseLong(resident.group(1)) * 1024) : OptionalLong.empty();
        } catch (IOException e) { // not Linux
            return OptionalLong.empty();
        }
    }

    static String version() {
        String version = ProcessMetrics.class.getPackage().getImplementationVersion();
        return version != null ? version : "development";
    }
}
