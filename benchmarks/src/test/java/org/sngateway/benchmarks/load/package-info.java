// SPDX-License-Identifier: Apache-2.0
@NullMarked
package org.sngateway.benchmarks.load;

import org.jspecify.annotations.NullMarked;
