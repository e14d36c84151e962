use super::*;

fn load(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("causeway.toml");
    std::fs::write(&file, text).unwrap();
    let environment = environment.iter().map(|(k, v)| (k.to_string(), v.to_string()));
    let folder_name = format!("{}/", folder.path().display());
    Config::load(Some(&file), environment).map_err(|e| e.to_string().replace(&folder_name, ""))
}

#[test]
fn the_environment_overrides_the_file_and_the_file_the_defaults() {
    let config = load(
        "[server]\nlisten = \"127.0.0.1:1\"\n",
        &[("CAUSEWAY_SERVER_TIMEOUT_SECONDS", "9"), ("HOME", "x")],
    )
    .unwrap();
    assert_eq!(config.server.listen.port(), 1);
    assert_eq!(config.server.timeout_seconds, 9);
    assert_eq!(config.database_url(), "sqlite:data/city.db");
}

#[test]
fn mistakes_are_named() {
    let table: [(&str, &[(&str, &str)], &str); 5] = [
        ("[server]\nlissen = 1\n", &[], "causeway.toml:2: unknown field `lissen`"),
        ("[server]\nlisten = 80\n", &[], "causeway.toml:2: invalid"),
        ("", &[("CAUSEWAY_SERVER_NONSENSE", "1")], "CAUSEWAY_… in the environment: unknown field `nonsense`"),
        (
            "[[device]]\nname = \"a\"\nscope = \"b\"\nkey = \"short\"\n",
            &[],
            "[[device]] a: the key is shorter",
        ),
        ("[server]\ntls_key = \"k\"\n", &[], "[server] tls_certificate and tls_key go together"),
    ];
    for (text, environment, expected) in table {
        let error = load(text, environment).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn the_manual_names_every_key() {
    let manual = manual();
    for key in ["`listen`", "`url`", "`path`", "`fetch`", "`scope`", "[[device]]", "`sqlite:PATH`"] {
        assert!(manual.contains(key), "{key} is not in the manual");
    }
    assert!(
        manual.lines().filter(|l| l.starts_with("| `")).all(|l| !l.contains("|  |")),
        "a key without a meaning:\n{manual}"
    );
}
