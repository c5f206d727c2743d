//! Text fields: names and lines of an address.

use customers_tests::TestApp;

use crate::values::{WORDS, kept, refused};

pub async fn text_is_stored_trimmed_and_in_nfc(app: TestApp) {
    for (pointer, _) in WORDS {
        kept(&app, pointer, "  Ad\u{e1} \u{a0}\n", "Ad\u{e1}").await;
        kept(
            &app,
            pointer,
            "Zoe\u{308} O'Neil-\u{17b}",
            "Zo\u{eb} O'Neil-\u{17b}",
        )
        .await;
    }
    kept(
        &app,
        "/first_name",
        "\u{645}\u{6cc}\u{200c}\u{62e}",
        "\u{645}\u{6cc}\u{200c}\u{62e}",
    )
    .await;
    kept(&app, "/first_name", "\u{1f469}", "\u{1f469}").await;
    kept(
        &app,
        "/first_name",
        "x\u{20dd}\u{20dd}\u{20dd}\u{20dd}",
        "x\u{20dd}\u{20dd}\u{20dd}\u{20dd}",
    )
    .await;
}

pub async fn text_is_counted_in_code_points_after_nfc(app: TestApp) {
    for (pointer, most) in WORDS {
        for letter in ["a", "\u{e9}", "\u{1d11e}"] {
            let longest = letter.repeat(most);
            kept(&app, pointer, &longest, &longest).await;
            refused(&app, pointer, &letter.repeat(most + 1), "too_long").await;
        }
        let decomposed = "e\u{301}".repeat(most);
        kept(&app, pointer, &decomposed, &"\u{e9}".repeat(most)).await;
        kept(
            &app,
            pointer,
            &format!(" {} ", "a".repeat(most)),
            &"a".repeat(most),
        )
        .await;
        let longer = format!("A{}", "\u{0}".repeat(most));
        refused(&app, pointer, &longer, "too_long").await;
    }
}

pub async fn control_and_invisible_characters_are_refused_in_text(app: TestApp) {
    for (pointer, _) in WORDS {
        for bad in [
            "A\u{0}B",
            "A\tB",
            "A\nB",
            "A\u{7f}B",
            "A\u{85}B",
            "A\u{202e}B",
            "A\u{2066}B",
            "A\u{200b}B",
            "A\u{feff}B",
            "A\u{ad}B",
            "A\u{e000}B",
            "A\u{2028}B",
            "A\u{2029}B",
            "A\u{200d}",
            "1\u{200c}2",
            "x\u{20dd}\u{20dd}\u{20dd}\u{20dd}\u{20dd}",
            "A\u{f0000}B",
            "A\u{e0001}B",
            "A\u{fdd0}B",
            "A\u{ffff}B",
            "A\u{10fffe}",
            "\u{301}A",
            " \u{20dd}A",
        ] {
            refused(&app, pointer, bad, "invalid_character").await;
        }
        for unseen in [
            "\u{3164}",
            "\u{115f}\u{1160}",
            "\u{ffa0} \u{2800}",
            "\u{200b}",
        ] {
            refused(&app, pointer, unseen, "blank").await;
        }
    }
}
