// SPDX-License-Identifier: Apache-2.0
package org.sngateway.simulator.node;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class FileDescriptorsTest {
    @Test
    void shouldSayHowManyAreNeededAndHowToGetThem() {
        assertThatThrownBy(() -> FileDescriptors.requireFree(1000, 1024, 20))
                .isInstanceOf(IOException.class)
                .hasMessage("1000 nodes need 1084 file descriptors, and this process may open 1024:"
                        + " raise the limit (ulimit -n 1084) or take fewer nodes");
    }

    @Test
    void shouldAcceptWhatFits() {
        assertThatCode(() -> FileDescriptors.requireFree(1000, 1084, 20)).doesNotThrowAnyException();
    }
}
