// SPDX-License-Identifier: Apache-2.0
package org.sngateway.gateway.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that was probably meant. */
final class Spelling {
    private static final int LETTERS_PER_MISTAKE = 3;

    private Spelling() {}

    /** The candidate with the fewest mistakes between it and {@code word}, if they are few for its length. */
    static Optional<String> closest(String word, Collection<String> candidates) {
        return candidates.stream()
                .filter(candidate -> isClose(word, candidate))
                .min(Comparator.comparingInt(candidate -> mistakes(word, candidate)));
    }

    private static boolean isClose(String word, String candidate) {
        int few = Math.max(1, candidate.length() / LETTERS_PER_MISTAKE);
        return Math.abs(word.length() - candidate.length()) <= few && mistakes(word, candidate) <= few;
    }

    /** Letters added, left out, changed, or swapped with their neighbour, to make one word of the other. */
    private static int mistakes(String a, String b) {
        int[][] distance = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                distance[i][j] = i == 0 || j == 0 ? i + j : smallest(distance, a, b, i, j);
            }
        }
        return distance[a.length()][b.length()];
    }

    private static int smallest(int[][] distance, String a, String b, int i, int j) {
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int best = Math.min(distance[i - 1][j - 1] + change, 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, distance[i - 2][j - 2] + 1) : best;
    }
}
