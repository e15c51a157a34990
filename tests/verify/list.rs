//! The signatures of a header: their grammar, and how many of them are looked at.

use tower_webhook::clock::ManualClock;
use tower_webhook::scheme::{HeaderNames, Layout, Part, TimestampFormat};
use tower_webhook::{Field, Scheme, Secret, Verified, VerifyError};

use crate::standard::{BODY, standard, standard_tag, verify_standard};
use crate::support::{ID, NOW, at, headers, presets, read, sign, signer, verify};

/// A good delivery at [`NOW`] with this for its list of signatures; `{}` is the good one.
fn listed(list: &str) -> Result<Verified, VerifyError> {
    let good = standard_tag(ID, &NOW.to_string(), BODY);
    verify_standard(&standard(ID, &NOW.to_string(), &list.replace("{}", &good)))
}

#[test]
fn a_list_is_searched_for_the_version_it_knows() {
    for list in [
        "v1,{}",
        "v1,{} v2,abc",
        "v2,abc v1,{}",
        "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg== v1,{}",
        "abc v1,{}",
        ", v1,{}",
        "v1 v1,{}",
        "v1, v1,{}",
        "v1,!!!! v1,{}",
        "v1,AAAA v1,{}",
        "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= v1,{}",
        "  v1,{}  ",
    ] {
        assert!(listed(list).is_ok(), "{list:?}");
    }
}

#[test]
fn a_list_without_a_known_version_is_unsupported() {
    for list in ["", " ", ",", "{}", "v2,{}", "v1a,{}", "V1,{}", "v1={}", "v1\u{a0},{}", "v11,{}"] {
        assert_eq!(listed(list).unwrap_err(), VerifyError::UnsupportedVersion, "{list:?}");
    }
}

#[test]
fn an_entry_must_be_canonical_base64_of_the_right_size() {
    let good = standard_tag(ID, &NOW.to_string(), BODY);
    let bare = good.trim_end_matches('=');
    let last = bare.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let next = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let loose_bits = format!("v1,{}{next}=", &bare[..bare.len() - 1]);
    for list in [
        "v1,",
        "v1,=",
        &format!("v1,{bare}"),
        "v1,{}=",
        "v1,{},extra",
        "v1,{},v1,{}",
        "v1,{}\tv1,{}",
        "v1,{}{}",
        "v1,A{}",
        &format!("v1,{}", &good[..20]),
        &format!("v1,-{}", &good[1..]),
        &loose_bits,
    ] {
        let error = listed(list).unwrap_err();
        assert_eq!(error, VerifyError::Malformed(Field::Signature), "{list:?}");
    }
}

#[test]
fn an_empty_or_short_signature_never_matches() {
    for scheme in presets() {
        let good = sign(scheme, BODY);
        for (name, value) in read(scheme, &good) {
            let value = value.to_str().unwrap();
            for size in 0..value.len() {
                let mut bad = good.clone();
                bad.insert(name, value[..size].parse().unwrap());
                let verdict = verify(scheme, &bad, BODY);
                assert!(verdict.is_err(), "{scheme:?} {name} {:?}", &value[..size]);
            }
        }
    }
}

#[test]
fn thirty_two_signatures_are_looked_at_and_thirty_three_are_not() {
    let wrong = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= ";
    assert!(listed(&format!("{}v1,{{}}", wrong.repeat(31))).is_ok());
    for count in [32, 5_000] {
        let error = listed(&format!("{}v1,{{}}", wrong.repeat(count))).unwrap_err();
        assert_eq!(error, VerifyError::TooManySignatures);
    }
    // Whatever the entries are.
    assert_eq!(
        listed(&format!("v{}1", " ".repeat(32))).unwrap_err(),
        VerifyError::TooManySignatures
    );

    let scheme = Scheme::STRIPE;
    let good = sign(scheme, BODY)["stripe-signature"].to_str().unwrap().to_owned();
    let wrong = format!(",v1={}", "0".repeat(64));
    let with = |count| headers(&[("stripe-signature", good.clone() + &wrong.repeat(count))]);
    assert!(verify(scheme, &with(31), BODY).is_ok());
    let error = verify(scheme, &with(32), BODY).unwrap_err();
    assert_eq!(error, VerifyError::TooManySignatures);

    // Over several headers, however little the last of them says.
    const SEVERAL: Scheme = Scheme::custom("several")
        .headers(&[HeaderNames::new("x-signature")])
        .layout(Layout::list(',', '=', "v1"))
        .repeated_signature()
        .build();
    let mut several = sign(SEVERAL, BODY);
    several.append("x-signature", ",".repeat(30).parse().unwrap());
    assert!(verify(SEVERAL, &several, BODY).is_ok());
    several.append("x-signature", "".parse().unwrap());
    let error = verify(SEVERAL, &several, BODY).unwrap_err();
    assert_eq!(error, VerifyError::TooManySignatures);
}

#[test]
fn a_prefix_is_part_of_the_grammar() {
    let malformed = VerifyError::Malformed(Field::Signature);
    let good = sign(Scheme::GITHUB, BODY)["x-hub-signature-256"].to_str().unwrap().to_owned();
    let bare = good.trim_start_matches("sha256=");
    for value in [
        bare.to_owned(),
        format!("SHA256={bare}"),
        format!("sha1={bare}"),
        format!("sha256={good}"),
        format!("sha256= {bare}"),
        format!("{good},{good}"),
        "sha256=".to_owned(),
    ] {
        let bad = headers(&[("x-hub-signature-256", &value)]);
        assert_eq!(verify(Scheme::GITHUB, &bad, BODY).unwrap_err(), malformed, "{value}");
    }
    let upper = headers(&[("x-hub-signature-256", format!("sha256={}", bare.to_uppercase()))]);
    assert!(verify(Scheme::GITHUB, &upper, BODY).is_ok());
}

#[test]
fn stripes_list_has_its_own_rules() {
    const RAW: Scheme = Scheme::custom("raw").headers(&[HeaderNames::new("x")]).build();
    let good = sign(RAW, &[b"1700000000.", BODY].concat());
    let good = good["x"].to_str().unwrap();
    let zeros = "0".repeat(64);
    let verdict = |value: &str| {
        let sent = headers(&[("stripe-signature", value.replace("{}", good))]);
        verify(Scheme::STRIPE, &sent, BODY)
    };

    for value in [
        "t=1700000000,v1={}",
        "v1={},t=1700000000",
        "t=1700000000, v1={}",
        "t=1700000000,v0=abc,v1={}",
        "t=1700000000,v1=dummy,v1={}",
        &format!("t=1700000000,v1={zeros},v1={{}}"),
        "t=1700000000,v1={},",
        "scheme,t=1700000000,v1={}",
    ] {
        assert!(verdict(value).is_ok(), "{value}");
    }
    let timestamp = [
        ("v1={}", VerifyError::Missing(Field::Timestamp)),
        ("T=1700000000,v1={}", VerifyError::Missing(Field::Timestamp)),
        ("t,v1={}", VerifyError::Missing(Field::Timestamp)),
        ("t=,v1={}", VerifyError::Malformed(Field::Timestamp)),
        ("t= 1700000000,v1={}", VerifyError::Malformed(Field::Timestamp)),
        ("t=1700000000 ,v1={}", VerifyError::Malformed(Field::Timestamp)),
        ("t=1700000000,t=1700000000,v1={}", VerifyError::Repeated(Field::Timestamp)),
        ("t=1699999999,v1={}", VerifyError::Mismatch),
        ("t=1700000000", VerifyError::UnsupportedVersion),
        ("t=1700000000,v0={}", VerifyError::UnsupportedVersion),
        ("t=1700000000;v1={}", VerifyError::Malformed(Field::Timestamp)),
        ("t=1700000000,v1=", VerifyError::Malformed(Field::Signature)),
        ("t=1700000000,v1==", VerifyError::Malformed(Field::Signature)),
    ];
    for (value, error) in timestamp {
        assert_eq!(verdict(value).unwrap_err(), error, "{value}");
    }
}

const BARE: Scheme = Scheme::custom("bare list")
    .headers(&[HeaderNames::new("x-signature")])
    .layout(Layout::bare_list(',').timestamp_first())
    .signed(&[Part::Timestamp, Part::Literal("."), Part::Body])
    .build();

#[test]
fn a_list_without_versions_begins_with_its_time_or_has_none() {
    let signed = sign(BARE, BODY)["x-signature"].to_str().unwrap().to_owned();
    let (time, good) = signed.split_once(',').unwrap();
    let wrong = "0".repeat(64);
    let verdict = |text: &str| verify(BARE, &headers(&[("x-signature", text)]), BODY).map(drop);
    for text in [
        signed.clone(),
        format!("{time}, {good}"),
        format!("{time},{wrong},{good}"),
        format!("{time},{good},{wrong},,x,{time}"),
        format!("{time}{},{good}", format!(",{wrong}").repeat(31)),
    ] {
        assert_eq!(verdict(&text), Ok(()), "{text}");
    }
    let malformed = |field| Err(VerifyError::Malformed(field));
    for (text, expected) in [
        (good.to_owned(), malformed(Field::Timestamp)),
        (format!("{good},{time}"), malformed(Field::Timestamp)),
        (format!("{wrong},{good}"), malformed(Field::Timestamp)),
        (time.to_owned(), Err(VerifyError::UnsupportedVersion)),
        (format!("{time},{wrong}"), Err(VerifyError::Mismatch)),
        (
            format!("{time}{},{good}", format!(",{wrong}").repeat(32)),
            Err(VerifyError::TooManySignatures),
        ),
    ] {
        assert_eq!(verdict(&text), expected, "{text}");
    }
    let several = signer(BARE).add_secret(Secret::utf8("older").unwrap()).unwrap();
    let sent = several.sign(None, at(NOW), BODY).unwrap();
    assert_eq!(sent["x-signature"].to_str().unwrap().split(',').count(), 3);
    assert!(BARE.verifier("older").unwrap().verify_at(&sent, BODY, at(NOW)).is_ok());
}

#[test]
fn a_list_without_versions_can_be_told_apart() {
    let refused = |layout: Layout, format: TimestampFormat| {
        let scheme = Scheme::custom("test").headers(BARE.headers()).layout(layout);
        let scheme = scheme.timestamp_format(format).signed(&[Part::Timestamp, Part::Body]);
        scheme.try_build().unwrap_err().to_string()
    };
    for separator in ['=', 'a', ':', '-', '\n', '–'] {
        let rule = "the separator of a bare list is one of `,;|` or a space";
        let layout = Layout::bare_list(separator).timestamp_first();
        assert_eq!(refused(layout, TimestampFormat::Seconds), rule, "{separator}");
    }
    let layout = Layout::bare_list(',').timestamp_first();
    let rule = "the timestamp in a bare list is a number";
    assert_eq!(refused(layout, TimestampFormat::HttpDate), rule);
}

/// The signature of a good delivery under another layout of these.
fn signature_of(scheme: Scheme, secret: &str) -> String {
    let sent = scheme.signer(secret).unwrap().sign(ID, at(NOW), BODY).unwrap();
    let value = sent[scheme.headers()[0].signatures().next().unwrap()].to_str().unwrap();
    value.rsplit_once(['=', ',']).unwrap().1.to_owned()
}

#[test]
fn a_comma_before_the_separator_is_part_of_no_entry() {
    const JOINED: Scheme = Scheme::custom("joined")
        .headers(&[HeaderNames::new("x-signature")])
        .layout(Layout::list(' ', ',', "v1").comma_joined())
        .build();
    let sent = JOINED.signer("a").unwrap().add_secret(Secret::utf8("b").unwrap()).unwrap();
    let sent = sent.sign(None, at(NOW), BODY).unwrap();
    let [a, b] = ["a", "b"].map(|secret| signature_of(JOINED, secret));
    assert_eq!(sent["x-signature"], format!("v1,{a}, v1,{b}"));
    let verdict = |value: &str, secret: &str| {
        let sent = headers(&[("x-signature", value)]);
        JOINED.verifier(secret).unwrap().verify(&sent, BODY).map(|_| ())
    };
    for secret in ["a", "b"] {
        for value in
            [format!("v1,{a}, v1,{b}"), format!("v1,{b},  v1,{a},"), format!("v1,{a} v1,{b}")]
        {
            assert_eq!(verdict(&value, secret), Ok(()), "{value}");
        }
    }
    let malformed = Err(VerifyError::Malformed(Field::Signature));
    for value in [format!("v1,{a},, "), format!("v1,{a};"), "v1,,".to_owned(), "v1,".to_owned()] {
        assert_eq!(verdict(&value, "a"), malformed, "{value}");
    }
    // Elsewhere a comma is part of the text.
    let sent = headers(&[("webhook-id", "1"), ("webhook-timestamp", &NOW.to_string())]);
    let mut sent = sent;
    let good = sign(Scheme::STANDARD, BODY)["webhook-signature"].to_str().unwrap().to_owned();
    sent.insert("webhook-signature", format!("{good},").parse().unwrap());
    assert_eq!(
        verify(Scheme::STANDARD, &sent, BODY).unwrap_err(),
        VerifyError::Malformed(Field::Signature)
    );
    let commas = Layout::list(',', '=', "v1").comma_joined();
    let error =
        Scheme::custom("commas").headers(BARE.headers()).layout(commas).try_build().unwrap_err();
    assert_eq!(error.to_string(), "a list of commas has no others before them");
}

#[test]
fn sets_of_entries_have_one_time() {
    const SETS: Scheme = Scheme::custom("sets")
        .headers(&[HeaderNames::new("x-signature")])
        .layout(Layout::list(',', '=', "v1").timestamp_key("t").sets(' '))
        .signed(&[Part::Timestamp, Part::Literal("."), Part::Body])
        .build();
    let sign = |secret: &str, seconds| {
        let sent = SETS.signer(secret).unwrap().sign(None, at(seconds), BODY).unwrap();
        sent["x-signature"].to_str().unwrap().to_owned()
    };
    let both = SETS.signer("a").unwrap().add_secret(Secret::utf8("b").unwrap()).unwrap();
    let both = both.sign(None, at(NOW), BODY).unwrap();
    assert_eq!(both["x-signature"], format!("{} {}", sign("a", NOW), sign("b", NOW)));
    let verdict = |value: &str, secret: &str| {
        let verifier = SETS.verifier(secret).unwrap().clock(ManualClock::new(at(NOW)));
        let sent = headers(&[("x-signature", value)]);
        let mut begun = verifier.begin(&sent)?;
        begun.update(BODY);
        let (streamed, whole) = (begun.finish(), verifier.verify(&sent, BODY));
        assert_eq!(streamed.is_ok(), whole.is_ok());
        whole.map(|_| ())
    };
    let (a, b) = (sign("a", NOW), sign("b", NOW));
    for secret in ["a", "b"] {
        assert_eq!(verdict(&format!("{a} {b}"), secret), Ok(()));
        assert_eq!(verdict(&format!("{b} {a}"), secret), Ok(()));
    }
    assert_eq!(verdict(&a, "a"), Ok(()));
    assert_eq!(verdict(&a, "b"), Err(VerifyError::Mismatch));
    // Whichever comes first, and however near they are: no time of one set is another's.
    let repeated = Err(VerifyError::Repeated(Field::Timestamp));
    let earlier = sign("b", NOW - 1);
    for value in
        [format!("{a} {earlier}"), format!("{earlier} {a}"), format!("{a} t=0"), format!("t= {a}")]
    {
        for secret in ["a", "b"] {
            assert_eq!(verdict(&value, secret), repeated, "{value}");
        }
    }
    let signature = a.split_once("v1=").unwrap().1;
    let missing = Err(VerifyError::Missing(Field::Timestamp));
    assert_eq!(verdict(&format!("v1={signature} v1={signature}"), "a"), missing);
    // 16 sets have 32 entries.
    assert_eq!(verdict(&vec![&*a; 16].join(" "), "a"), Ok(()));
    let many = Err(VerifyError::TooManySignatures);
    assert_eq!(verdict(&vec![&*a; 17].join(" "), "a"), many);
    assert_eq!(verdict(&" ".repeat(8000), "a"), missing);
    assert_eq!(verdict(&format!("{a}{}t", " ".repeat(8000)), "a"), many);

    let refused = |layout: Layout| {
        let builder = Scheme::custom("sets").headers(BARE.headers()).layout(layout);
        builder.signed(&[Part::Timestamp, Part::Body]).try_build().unwrap_err().to_string()
    };
    let list = Layout::list(',', '=', "v1");
    assert_eq!(
        refused(list.sets(' ')),
        "the sets of a list have a timestamp: add its key with .timestamp_key(…)"
    );
    let list = list.timestamp_key("t");
    for divider in [',', '='] {
        assert_eq!(
            refused(list.sets(divider)),
            "what divides the sets of a list does not divide their entries"
        );
    }
    for divider in ['\n', '–'] {
        assert_eq!(
            refused(list.sets(divider)),
            "what divides the sets of a list is visible ASCII or a space"
        );
    }
}
