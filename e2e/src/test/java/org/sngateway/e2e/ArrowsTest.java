// SPDX-License-Identifier: Apache-2.0
package org.sngateway.e2e;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The arrows of ARCHITECTURE.md: which room may know which. */
class ArrowsTest {
    private static final String ROOT = "org.sngateway.";

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.sngateway");

    /** Room to the rooms it may touch; {@code +} allows the rooms below, too. A room may always touch itself. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("codec.message", Set.of()),
            Map.entry("codec.topic", Set.of()),
            Map.entry("codec.frame", Set.of()),
            Map.entry("codec", Set.of("codec.message", "codec.frame", "codec.topic")),
            Map.entry("codec.text", Set.of("codec", "codec.message")),
            Map.entry("transport.loop", Set.of()),
            Map.entry("transport", Set.of("codec", "codec.message", "codec.text", "transport.loop")),
            Map.entry("transport.udp", Set.of("transport", "transport.loop", "codec", "codec.message")),
            Map.entry(
                    "transport.dtls", Set.of("transport", "transport.loop", "transport.udp", "codec", "codec.message")),
            Map.entry("transport.forwarder", Set.of("transport", "transport.loop", "codec", "codec.message")),
            Map.entry("transport.serial.framing", Set.of("codec.message", "codec.frame")),
            Map.entry(
                    "transport.serial",
                    Set.of("transport", "transport.loop", "transport.serial.framing", "codec", "codec.message")),
            Map.entry("gateway.tls", Set.of()),
            Map.entry("gateway.systemd", Set.of("transport.loop")),
            Map.entry("gateway.log", Set.of("codec.text")),
            Map.entry(
                    "gateway.config",
                    Set.of("codec.topic", "gateway.tls", "transport.serial", "transport.serial.framing")),
            Map.entry("gateway.security", Set.of("codec.topic", "gateway.config")),
            Map.entry("gateway.observe", Set.of("codec", "codec.message", "transport", "transport.loop")),
            Map.entry("gateway.store", Set.of("codec.message", "gateway.config")),
            Map.entry(
                    "gateway.admin",
                    Set.of(
                            "codec",
                            "codec.message",
                            "codec.text",
                            "transport",
                            "transport.dtls",
                            "transport.loop",
                            "gateway.config",
                            "gateway.ingress",
                            "gateway.observe",
                            "gateway.session",
                            "gateway.store")),
            Map.entry("gateway.topic", Set.of("codec.message", "gateway.config")),
            Map.entry("gateway.upstream", Set.of("codec.message", "codec.topic", "transport.loop", "gateway.observe")),
            Map.entry(
                    "gateway.upstream.dedicated",
                    Set.of(
                            "gateway.upstream",
                            "gateway.upstream.status",
                            "gateway.config",
                            "gateway.observe",
                            "codec.message",
                            "codec.topic",
                            "transport.loop")),
            Map.entry(
                    "gateway.upstream.pool",
                    Set.of(
                            "gateway.upstream",
                            "gateway.config",
                            "gateway.observe",
                            "codec.message",
                            "codec.topic",
                            "gateway.store",
                            "transport.loop")),
            Map.entry("gateway.upstream.status", Set.of("gateway.upstream", "codec.message", "transport.loop")),
            Map.entry(
                    "gateway.upstream.hivemq",
                    Set.of(
                            "gateway.upstream",
                            "gateway.config",
                            "gateway.observe",
                            "gateway.tls",
                            "codec.message",
                            "codec.topic",
                            "transport.loop")),
            Map.entry(
                    "gateway.discovery",
                    Set.of("codec.message", "transport", "transport.loop", "gateway.config", "gateway.upstream")),
            Map.entry(
                    "gateway.session",
                    Set.of(
                            "codec",
                            "codec.message",
                            "codec.text",
                            "codec.topic",
                            "transport",
                            "transport.loop",
                            "gateway.config",
                            "gateway.observe",
                            "gateway.security",
                            "gateway.store",
                            "gateway.topic",
                            "gateway.upstream")),
            Map.entry(
                    "gateway.ingress",
                    Set.of(
                            "codec",
                            "codec.message",
                            "codec.text",
                            "transport",
                            "transport.loop",
                            "gateway.config",
                            "gateway.observe",
                            "gateway.security",
                            "gateway.session",
                            "gateway.store",
                            "gateway.upstream")));

    static Set<String> rooms() {
        return new TreeSet<>(ARROWS.keySet());
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void shouldTouchOnlyTheRoomsItMay(String room) {
        Set<String> neighbours = ARROWS.getOrDefault(room, Set.of());
        Set<String> allowed = neighbours.stream().map(to -> ROOT + to).collect(Collectors.toSet());
        classes()
                .that()
                .resideInAPackage(ROOT + room)
                .should()
                .onlyDependOnClassesThat(describe(
                        "live in " + room + " or " + neighbours,
                        other -> !other.getPackageName().startsWith(ROOT)
                                || other.getPackageName().equals(ROOT + room)
                                || allowed.contains(other.getPackageName())))
                .check(HOUSE);
    }

    @Test
    void shouldListEveryRoomOfTheGatewayAndWhatIsBelowIt() {
        Set<String> lower = HOUSE.stream()
                .map(JavaClass::getPackageName)
                .map(name -> name.substring(ROOT.length()))
                .filter(name -> name.startsWith("codec") || name.startsWith("transport") || name.startsWith("gateway."))
                .filter(name -> !name.equals("gateway.cli"))
                .collect(Collectors.toSet());

        assertThat(lower).isEqualTo(ARROWS.keySet());
    }

    @Test
    void shouldKeepTheSimulatorAnIndependentJudge() {
        noClasses()
                .that()
                .resideInAPackage("org.sngateway.simulator..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.sngateway.gateway..")
                .check(HOUSE);
    }

    @Test
    void shouldImportTheMqttClientInOneRoomOnly() {
        noClasses()
                .that()
                .resideInAPackage("org.sngateway.gateway..")
                .and()
                .resideOutsideOfPackage("org.sngateway.gateway.upstream.hivemq")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.hivemq..")
                .check(HOUSE);
    }

    @Test
    void shouldKnowTheDatabaseInOneRoomOnly() {
        noClasses()
                .that()
                .resideInAPackage("org.sngateway.gateway..")
                .and()
                .resideOutsideOfPackage("org.sngateway.gateway.store")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.sql..", "org.sqlite..")
                .check(HOUSE);
    }

    @Test
    void shouldKeepTheCodecFreeOfEverythingButBuffers() {
        noClasses()
                .that()
                .resideInAPackage("org.sngateway.codec..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.netty.channel..", "io.netty.handler..", "org.slf4j..")
                .check(HOUSE);
    }

    @Test
    void shouldHaveNoCycles() {
        slices().matching("org.sngateway.(**)").should().beFreeOfCycles().check(HOUSE);
    }

    @Test
    void shouldReadClocksInOneRoomOnly() {
        noClasses()
                .that()
                .resideInAnyPackage("org.sngateway.codec..", "org.sngateway.transport..", "org.sngateway.gateway..")
                .and()
                .resideOutsideOfPackage("org.sngateway.transport.loop")
                .should()
                .callMethodWhere(target(owner(describe(
                                "System, Thread or Instant",
                                type -> Set.of("java.lang.System", "java.lang.Thread", "java.time.Instant")
                                        .contains(type.getName()))))
                        .and(target(nameMatching("nanoTime|currentTimeMillis|sleep|now"))))
                .because("time is a parameter: OwnerLoop.nanoTime()")
                .check(HOUSE);
    }
}
