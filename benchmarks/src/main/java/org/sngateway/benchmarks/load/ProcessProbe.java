// SPDX-License-Identifier: Apache-2.0
package org.sngateway.benchmarks.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What Linux and the JDK's tools say about another process, MiB and seconds and the like; empty where they say nothing. */
final class ProcessProbe {
    private static final long TOOL_SECONDS = 60;
    private static final Pattern KILOBYTES = Pattern.compile("^(?:Rss|VmRSS):\\s+(\\d+) kB", Pattern.MULTILINE);
    private static final Pattern HEAP_USED = Pattern.compile("total \\d+K, used (\\d+)K");
    private static final double TICKS_PER_SECOND = clockTicks();

    private final long pid;

    ProcessProbe(long pid) {
        this.pid = pid;
    }

    /** The process among {@code root} and its descendants that holds the most memory: a launcher's JVM. */
    static ProcessProbe heaviest(ProcessHandle root) {
        return Stream.concat(Stream.of(root), root.descendants())
                .map(handle -> new ProcessProbe(handle.pid()))
                .max((a, b) ->
                        Long.compare(a.rssOctets().orElse(0), b.rssOctets().orElse(0)))
                .orElseThrow();
    }

    long pid() {
        return pid;
    }

    /** Processor time of all its threads so far, user and system, seconds in steps of one clock tick. */
    OptionalDouble cpuSeconds() {
        String stat = read("stat");
        int afterName = stat.lastIndexOf(')') + 2;
        if (afterName < 2) {
            return OptionalDouble.empty();
        }
        // From field 3 on; utime and stime are fields 14 and 15, proc_pid_stat(5).
        List<String> fields = List.of(stat.substring(afterName).split(" ", -1));
        return OptionalDouble.of((Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / TICKS_PER_SECOND);
    }

    OptionalLong rssOctets() {
        OptionalLong rollup = kilobytes(read("smaps_rollup"));
        return rollup.isPresent() ? rollup : kilobytes(read("status"));
    }

    /** Has the JVM collect garbage; false where jcmd cannot reach it. */
    boolean collectGarbage() {
        return jcmd("GC.run").contains("Command executed successfully");
    }

    /** Octets of Java heap in use, sensible right after {@link #collectGarbage}. */
    OptionalLong heapUsedOctets() {
        Matcher matcher = HEAP_USED.matcher(jcmd("GC.heap_info"));
        long used = 0;
        boolean found = false;
        while (matcher.find()) {
            used += Long.parseLong(matcher.group(1)) * 1024;
            found = true;
        }
        return found ? OptionalLong.of(used) : OptionalLong.empty();
    }

    /** The JVM's version as jcmd prints it, one line; empty where jcmd cannot reach it. */
    String jvmVersion() {
        return jcmd("VM.version").lines().skip(1).collect(Collectors.joining(" "));
    }

    String commandLine() {
        return read("cmdline").replace('\0', ' ').trim();
    }

    /** Processor time of the whole machine so far, idle and waiting not counted, seconds; empty where Linux does not say. */
    static OptionalDouble machineCpuSeconds() {
        List<String> fields = List.of(read(Path.of("/proc/stat")).split("\\s+", 10));
        if (fields.size() < 10 || !fields.get(0).equals("cpu")) {
            return OptionalDouble.empty();
        }
        // user, nice, system, then idle and iowait, then irq, softirq, steal, proc_stat(5).
        long ticks = 0;
        for (int field : new int[] {1, 2, 3, 6, 7, 8}) {
            ticks += Long.parseLong(fields.get(field));
        }
        return OptionalDouble.of(ticks / TICKS_PER_SECOND);
    }

    /** Datagrams the kernel dropped at sockets bound to this port because their buffer was full. */
    static long udpDrops(int port) {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        long drops = 0;
        for (String table : List.of("/proc/net/udp", "/proc/net/udp6")) {
            for (String line : read(Path.of(table)).split("\n", -1)) {
                List<String> fields = List.of(line.trim().split("\\s+", -1));
                if (fields.size() >= 13 && fields.get(1).endsWith(suffix)) {
                    drops += Long.parseLong(fields.get(12));
                }
            }
        }
        return drops;
    }

    private String jcmd(String command) {
        return run(List.of("jcmd", Long.toString(pid), command));
    }

    private String read(String file) {
        return read(Path.of("/proc", Long.toString(pid), file));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    private static OptionalLong kilobytes(String text) {
        Matcher matcher = KILOBYTES.matcher(text);
        return matcher.find() ? OptionalLong.of(Long.parseLong(matcher.group(1)) * 1024) : OptionalLong.empty();
    }

    private static double clockTicks() {
        String ticks = run(List.of("getconf", "CLK_TCK")).trim();
        return ticks.matches("\\d+") ? Double.parseDouble(ticks) : 100;
    }

    /** Standard output, small enough for a pipe, of a short command; nothing when it fails or takes too long. */
    private static String run(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(TOOL_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "";
            }
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
