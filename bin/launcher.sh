# SPDX-License-Identifier: Apache-2.0
#
# The common part of the launchers, which source it with SN_HOME set.
#
#   launch MODULE MAIN_CLASS MODULES JVM_FLAGS USER_JVM_FLAGS [ARGUMENT ...]
#
# In a source checkout (there is a pom.xml), MODULES are built first when they were not yet, or when a source is newer than what
# was built; then MODULE's jar is started with the jars in its target/lib. Installed, lib/MODULE/*.jar is started. This process
# becomes the Java process, so signals reach it. SN_SKIP_BUILD=1 starts what is built, whatever its age.

launcher_java_min=17

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$1" >&2
    exit 1
}

# Sets java_version to what the file "release" of the Java in question says, if there is one: that is faster than to start it.
read_java_release() {
    java_version=
    java_path=$(readlink -f "$(command -v "$java")" 2>/dev/null) || return 0
    java_release=${java_path%/bin/java}/release
    [ -r "$java_release" ] || return 0
    while IFS='=' read -r name value; do
        if [ "$name" = JAVA_VERSION ]; then
            value=${value#\"}
            java_version=${value%\"}
        fi
    done <"$java_release"
}

# Sets java, java_version and java_major.
find_java() {
    java=${JAVA_HOME:+$JAVA_HOME/bin/}java
    command -v "$java" >/dev/null 2>&1 || fail "Java not found ($java): install Java $launcher_java_min or newer, or set JAVA_HOME"
    read_java_release
    # openjdk version "17.0.15" 2025-04-15; before Java 9: "1.8.0_292"
    [ -n "$java_version" ] ||
        java_version=$("$java" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p' | head -n 1)
    java_major=${java_version#1.}
    java_major=${java_major%%[!0-9]*}
    [ "${java_major:-0}" -ge "$launcher_java_min" ] ||
        fail "Java $launcher_java_min or newer is needed, but $java is version ${java_version:-unknown}"
}

# The version of the project: the first one in the root pom.xml, which has no parent.
project_version() {
    sed -n 's:.*<version>\([^<]*\)</version>.*:\1:p' "$SN_HOME/pom.xml" | head -n 1
}

# Whether anything that goes into a build is newer than file $1.
sources_newer_than() {
    (cd "$SN_HOME" && find pom.xml .mvn ./*/pom.xml ./*/src/main -newer "$1" 2>/dev/null | grep -q .)
}

# Whether module $1 is built from the sources as they are. The stamp is as old as the start of the last build by a launcher: a
# build leaves a jar alone when nothing in it changed, so the jar by itself can be older than the sources.
is_built() {
    target=$SN_HOME/$1/target
    jar=$target/$1-$(project_version).jar
    [ -f "$jar" ] && [ -d "$target/lib" ] || return 1
    ! sources_newer_than "$jar" || { [ -f "$target/launcher.stamp" ] && ! sources_newer_than "$target/launcher.stamp"; }
}

are_built() {
    for part in $1; do
        is_built "$part" || return 1
    done
}

build() {
    { [ -n "${SN_SKIP_BUILD-}" ] || are_built "$1"; } && return
    command -v mvn >/dev/null 2>&1 || fail "Maven (mvn) not found: it is needed to build from source"
    printf 'building %s ...\n' "$1" >&2
    stamp=$SN_HOME/target/launcher.stamp
    log=$SN_HOME/target/launcher.log
    : >"$stamp"
    for part in $1; do # or jars of earlier versions would stay in the class path
        rm -rf "$SN_HOME/$part/target/lib"
    done
    if ! (cd "$SN_HOME" && mvn -q -B -Dstyle.color=never -Dmaven.test.skip=true -Dspotless.check.skip=true package \
        -pl "$(printf '%s' "$1" | tr ' ' ',')" -am </dev/null >"$log" 2>&1 9>&-); then
        cat "$log" >&2
        fail "the build failed"
    fi
    for part in $1; do
        cp -p "$stamp" "$SN_HOME/$part/target/launcher.stamp"
    done
}

# One launcher at a time looks and builds, where flock is there to see to it. A user who may not write to the checkout can still
# start what is built.
build_alone() {
    mkdir -p "$SN_HOME/target" 2>/dev/null || :
    if [ -w "$SN_HOME/target" ] && command -v flock >/dev/null 2>&1; then
        exec 9>>"$SN_HOME/target/launcher.lock"
        flock 9
        build "$1"
        exec 9>&-
    else
        build "$1"
    fi
}

# The jars by name: the archive of classes is for one order of them, and a * would be in that of the directory.
installed_class_path() {
    class_path=
    for jar in "$SN_HOME/lib/$module"/*.jar; do
        class_path=${class_path:+$class_path:}$jar
    done
}

# Whether this Java gives memory that it has freed back to the system when asked to: from 17.0.9, 21.0.1 and 22 on.
trims_native_heap() {
    case $java_version in
        17 | 17[!.0-9]* | 17.0.[0-8] | 17.0.[0-8][!0-9]* | 18* | 19* | 20* | 21 | 21[!.0-9]*) return 1 ;;
    esac
}

launch() {
    module=$1 main_class=$2 modules=$3 jvm_flags=$4 user_jvm_flags=$5
    shift 5
    native='' archive=''
    find_java

    if [ -f "$SN_HOME/pom.xml" ]; then
        build_alone "$modules"
        class_path="$SN_HOME/$module/target/$module-$(project_version).jar:$SN_HOME/$module/target/lib/*"
    elif [ -d "$SN_HOME/lib/$module" ]; then
        installed_class_path
        native=$SN_HOME/lib/native
        archive=$SN_HOME/lib/$module.jsa
    else
        fail "neither a source checkout nor an installation: $SN_HOME has no pom.xml and no lib/$module"
    fi

    # Two garbage collectors in the options would be an error, so ours gives way.
    case $user_jvm_flags in
        *-XX:+Use*GC*) ;;
        *) jvm_flags="-XX:+UseSerialGC $jvm_flags" ;;
    esac
    if trims_native_heap; then
        jvm_flags="$jvm_flags -XX:+UnlockDiagnosticVMOptions -XX:+UnlockExperimentalVMOptions -XX:TrimNativeHeapInterval=5000"
    fi
    # Newer Java warns about what Netty does with memory and native libraries unless told that it may.
    if [ "$java_major" -ge 24 ]; then
        jvm_flags="$jvm_flags --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
    fi

    # The C library would keep a pool of memory for each of many threads, with holes in it.
    MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX-1}
    export MALLOC_ARENA_MAX

    set -f # options are split into words, and nothing else
    # shellcheck disable=SC2086
    set -- $user_jvm_flags "-Dsn.home=$SN_HOME" -cp "$class_path" "$main_class" "$@"
    # Classes as the virtual machine has them in memory, made when the gateway was installed; those of another Java are not used. At the
    # address that they were made for, they need not be changed, and are memory that the system can take back.
    if [ -f "$archive" ]; then
        set -- "-XX:SharedArchiveFile=$archive" -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 -Xlog:cds=off \
            -Xlog:class+path=off "$@"
    fi
    # Libraries for this processor, which otherwise would be unpacked into a temporary directory at each start.
    if [ -d "$native" ]; then
        set -- "-Djava.library.path=$native" "-Dorg.sqlite.lib.path=$native" "-DjSerialComm.library.path=$native" "$@"
    fi
    # shellcheck disable=SC2086
    exec "$java" $jvm_flags "$@"
}
