// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Writes what a command line can say of itself: a script for bash that completes it, and the sections of a manual page on its subcommands
 * and options, so that neither can be out of date.
 *
 * <p>Arguments: the class of the command, the file for the script, the file for the sections in roff.
 */
final class Manual {
    private final StringBuilder roff = new StringBuilder();

    public static void main(String[] arguments) throws ReflectiveOperationException, IOException {
        CommandLine command = new CommandLine(Class.forName(arguments[0]));
        String completion = AutoComplete.bash(command.getCommandName(), command);
        // It is read by a shell, not run.
        Files.writeString(Path.of(arguments[1]), completion.replaceFirst("^#!.*\n", ""));
        Manual manual = new Manual();
        manual.roff.append(".SH COMMANDS\n");
        manual.subcommands(command);
        Files.writeString(Path.of(arguments[2]), manual.roff);
    }

    private void subcommands(CommandLine of) {
        // A command has its aliases as keys, too.
        for (CommandLine subcommand : List.copyOf(new java.util.LinkedHashSet<>(of.getSubcommands().values()))) {
            CommandSpec spec = subcommand.getCommandSpec();
            if (spec.usageMessage().hidden()) {
                continue;
            }
            if (subcommand.getSubcommands().isEmpty()) {
                section(spec);
            }
            subcommands(subcommand);
        }
    }

    private void section(CommandSpec spec) {
        String synopsis = spec.qualifiedName();
        List<OptionSpec> options = new ArrayList<>();
        for (OptionSpec option : spec.options()) {
            if (!option.hidden() && !option.usageHelp() && !option.versionHelp()) {
                options.add(option);
            }
        }
        roff.append(".SS \"").append(escape(synopsis)).append(options.isEmpty() ? "" : " [OPTION ...]").append("\"\n");
        text(spec.usageMessage().description());
        options.sort((one, other) -> one.longestName().compareTo(other.longestName()));
        for (OptionSpec option : options) {
            roff.append(".TP\n.B ").append(escape(String.join(", ", option.names())));
            if (option.arity().max() > 0) {
                roff.append(' ').append(escape(option.paramLabel()));
            }
            roff.append('\n');
            String value = option.defaultValueString();
            String[] description = option.description().clone();
            for (int i = 0; i < description.length; i++) {
                description[i] = description[i].replace("${DEFAULT-VALUE}", fallback(value));
            }
            text(description);
        }
    }

    /** Defaults that are found out at run time name files of the machine that this runs on. */
    private static String fallback(String value) {
        return value.endsWith("sn-gateway.yaml") ? "/etc/sn-gateway/sn-gateway.yaml" : value;
    }

    private void text(String[] lines) {
        for (String line : lines) {
            roff.append(escape(line)).append('\n');
        }
    }

    private static String escape(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
