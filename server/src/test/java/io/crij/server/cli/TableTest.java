package io.crij.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {
    private static String print(Table table) {
        var text = new StringWriter();
        table.print(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        var table = new Table("ID", "NAME");
        table.row("1", "a");
        table.row("1234", "b");
        assertEquals("ID    NAME\n1     a\n1234  b\n", print(table));
    }

    @Test
    void nothingStandsBehindTheLastCell() {
        var table = new Table("ID", "REASON");
        table.row("1", "");
        assertEquals("ID  REASON\n1\n", print(table));
    }

    @Test
    void emptyTableIsItsHeader() {
        assertEquals("ID  NAME\n", print(new Table("ID", "NAME")));
    }
}
