// SPDX-License-Identifier: Apache-2.0
package org.sngateway.codec.topic;

import static org.sngateway.codec.topic.TopicText.LEVEL_SEPARATOR;
import static org.sngateway.codec.topic.TopicText.MULTI_LEVEL;
import static org.sngateway.codec.topic.TopicText.SINGLE_LEVEL;

/**
 * A topic filter, MQTT 5 §4.7: levels separated by {@code /}, {@code +} for one level, a last {@code #} for any number.
 * <p>Matching, overlap and cover walk both texts level by level from the left and allocate nothing.
 *
 * @param value 1..65535 octets of UTF-8 without U+0000, wildcards only where they are allowed
 */
public record TopicFilter(String value) {
    public TopicFilter {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not a topic filter: " + value);
        }
    }

    /** Whether {@code text} is a well-formed filter. */
    public static boolean isValid(String text) {
        int last = text.length() - 1;
        for (int i = 0; i <= last; i++) {
            char c = text.charAt(i);
            boolean alone = (i == 0 || text.charAt(i - 1) == LEVEL_SEPARATOR)
                    && (i == last || text.charAt(i + 1) == LEVEL_SEPARATOR);
            if ((c == SINGLE_LEVEL && !alone) || (c == MULTI_LEVEL && !(alone && i == last))) {
                return false;
            }
        }
        return TopicText.isWellFormed(text);
    }

    public boolean hasWildcard() {
        return TopicText.hasWildcard(value);
    }

    /** Whether a message on {@code topicName} is meant for this filter; a leading wildcard does not match a leading {@code $}. */
    public boolean matches(String topicName) {
        if (topicName.isEmpty() || (startsWithWildcard(value) && isReserved(topicName))) {
            return false;
        }
        int filterAt = 0;
        int nameAt = 0;
        while (!isMultiLevel(value, filterAt)) {
            int filterEnd = levelEnd(value, filterAt);
            int nameEnd = levelEnd(topicName, nameAt);
            if (!isSingleLevel(value, filterAt) && !sameLevel(value, filterAt, filterEnd, topicName, nameAt, nameEnd)) {
                return false;
            }
            boolean lastOfFilter = filterEnd == value.length();
            boolean lastOfName = nameEnd == topicName.length();
            if (lastOfFilter || lastOfName) {
                return lastOfName && (lastOfFilter || isMultiLevel(value, filterEnd + 1));
            }
            filterAt = filterEnd + 1;
            nameAt = nameEnd + 1;
        }
        return true;
    }

    /** Whether some topic name matches both filters. */
    public boolean overlaps(TopicFilter other) {
        String mine = value;
        String theirs = other.value;
        if ((startsWithWildcard(mine) && isReserved(theirs)) || (startsWithWildcard(theirs) && isReserved(mine))) {
            return false;
        }
        int myAt = 0;
        int theirAt = 0;
        while (!isMultiLevel(mine, myAt) && !isMultiLevel(theirs, theirAt)) {
            int myEnd = levelEnd(mine, myAt);
            int theirEnd = levelEnd(theirs, theirAt);
            if (!isSingleLevel(mine, myAt)
                    && !isSingleLevel(theirs, theirAt)
                    && !sameLevel(mine, myAt, myEnd, theirs, theirAt, theirEnd)) {
                return false;
            }
            boolean lastOfMine = myEnd == mine.length();
            boolean lastOfTheirs = theirEnd == theirs.length();
            if (lastOfMine || lastOfTheirs) {
                return (lastOfMine && lastOfTheirs)
                        || (lastOfMine && matchesParent(theirs, theirEnd))
                        || (lastOfTheirs && matchesParent(mine, myEnd));
            }
            myAt = myEnd + 1;
            theirAt = theirEnd + 1;
        }
        return true;
    }

    /** Whether every topic name that matches {@code other} matches this filter, too. */
    public boolean covers(TopicFilter other) {
        String mine = value;
        String theirs = other.value;
        if (startsWithWildcard(mine) && isReserved(theirs)) {
            return false;
        }
        int myAt = 0;
        int theirAt = 0;
        while (!isMultiLevel(mine, myAt)) {
            if (isMultiLevel(theirs, theirAt)) {
                return coversWithOneLevelMore(mine, myAt, theirAt);
            }
            int myEnd = levelEnd(mine, myAt);
            int theirEnd = levelEnd(theirs, theirAt);
            if (!isSingleLevel(mine, myAt) && !sameLevel(mine, myAt, myEnd, theirs, theirAt, theirEnd)) {
                return false;
            }
            boolean lastOfMine = myEnd == mine.length();
            boolean lastOfTheirs = theirEnd == theirs.length();
            if (lastOfMine || lastOfTheirs) {
                return lastOfTheirs && (lastOfMine || isMultiLevel(mine, myEnd + 1));
            }
            myAt = myEnd + 1;
            theirAt = theirEnd + 1;
        }
        return true;
    }

    /**
     * Whether {@code +/#} covers {@code #} here: it does not match the level above, so only where no topic name ends there, which is in
     * front and behind an empty first level.
     */
    private static boolean coversWithOneLevelMore(String mine, int myAt, int theirAt) {
        boolean nothingAbove = theirAt == 0 || theirAt == 1;
        return nothingAbove && isSingleLevel(mine, myAt) && isMultiLevel(mine, myAt + 2);
    }

    /** Whether the rest of the filter from {@code levelEnd} is {@code /#}, so that it also matches what is before it. */
    private static boolean matchesParent(String filter, int levelEnd) {
        boolean parentIsEmptyName = levelEnd == 0; // the filter is "/#", and no topic name is empty
        return !parentIsEmptyName && isMultiLevel(filter, levelEnd + 1);
    }

    private static boolean startsWithWildcard(String filter) {
        return isSingleLevel(filter, 0) || isMultiLevel(filter, 0);
    }

    /** Names that begin with {@code $} are the server's own, MQTT 5 §4.7.2. */
    private static boolean isReserved(String topic) {
        return topic.charAt(0) == '$';
    }

    private static boolean isSingleLevel(String filter, int at) {
        return at < filter.length() && filter.charAt(at) == SINGLE_LEVEL;
    }

    private static boolean isMultiLevel(String filter, int at) {
        return at < filter.length() && filter.charAt(at) == MULTI_LEVEL;
    }

    private static int levelEnd(String topic, int at) {
        int separator = topic.indexOf(LEVEL_SEPARATOR, at);
        return separator < 0 ? topic.length() : separator;
    }

    private static boolean sameLevel(String a, int aAt, int aEnd, String b, int bAt, int bEnd) {
        return aEnd - aAt == bEnd - bAt && a.regionMatches(aAt, b, bAt, aEnd - aAt);
    }
}
