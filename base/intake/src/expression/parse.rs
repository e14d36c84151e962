//! Text to tree, by recursive descent.

use super::*;

/// An expression nested deeper than this was not written by a person.
const DEPTH: usize = 40;

/// So that no chain of operators is too long to walk.
const LENGTH: usize = 2_000;

pub(super) fn parse(text: &str) -> Result<Tree, (usize, String)> {
    if text.len() > LENGTH {
        return Err((0, format!("it is longer than {LENGTH} bytes")));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, end: text.chars().count(), depth: 0 };
    let tree = parser.either()?;
    match parser.tokens.get(parser.at) {
        None => Ok(tree),
        Some((at, token)) => Err((*at, format!("{} is not expected here", token.shown()))),
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Number(f64),
    Sign(&'static str),
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Token::Word(word) => word.clone(),
            Token::Quoted(text) => format!("'{text}'"),
            Token::Number(n) => n.to_string(),
            Token::Sign(sign) => (*sign).to_string(),
        }
    }
}

const SIGNS: [&str; 13] = ["==", "!=", "<=", ">=", "<", ">", "(", ")", ",", "+", "-", "*", "/"];

fn tokens(text: &str) -> Result<Vec<(usize, Token)>, (usize, String)> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        let (start, c) = (i, chars[i]);
        let next = chars.get(i + 1).copied().unwrap_or(' ');
        if c.is_whitespace() {
            i += 1;
        } else if c == '\'' || c == '`' {
            let mut inside = String::new();
            i += 1;
            loop {
                match chars.get(i) {
                    None => return Err((start, format!("the {c} that opens here is never closed"))),
                    // Doubled, it stands for itself.
                    Some(d) if *d == c && chars.get(i + 1) == Some(&c) => {
                        inside.push(c);
                        i += 2;
                    }
                    Some(d) if *d == c => break,
                    Some(d) => {
                        inside.push(*d);
                        i += 1;
                    }
                }
            }
            i += 1;
            out.push((
                start,
                if c == '`' { Token::Word(format!("./{inside}")) } else { Token::Quoted(inside) },
            ));
        } else if c.is_ascii_digit() || (c == '-' && next.is_ascii_digit()) {
            i += 1;
            while chars.get(i).is_some_and(|d| d.is_ascii_digit() || *d == '.') {
                i += 1;
            }
            let written: String = chars[start..i].iter().collect();
            let number = written.parse().map_err(|_| (start, format!("{written} is not a number")))?;
            out.push((start, Token::Number(number)));
        } else if starts_path(c, next) {
            while chars.get(i).is_some_and(|d| d.is_alphanumeric() || "_./#@$-".contains(*d)) {
                i += 1;
            }
            out.push((start, Token::Word(chars[start..i].iter().collect())));
        } else {
            let rest: String = chars[i..chars.len().min(i + 2)].iter().collect();
            let sign = SIGNS.iter().find(|s| rest.starts_with(**s));
            let sign = sign.ok_or_else(|| (start, format!("{c} is not expected here")))?;
            i += sign.len();
            out.push((start, Token::Sign(sign)));
        }
    }
    Ok(out)
}

fn starts_path(c: char, next: char) -> bool {
    c.is_alphabetic() || "_.#@$".contains(c) || (c == '/' && (next.is_alphanumeric() || "_@".contains(next)))
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    at: usize,
    end: usize,
    depth: usize,
}

type Parsed = Result<Tree, (usize, String)>;

impl Parser {
    fn take(&mut self, wanted: &Token) -> bool {
        let found = self.tokens.get(self.at).is_some_and(|(_, token)| token == wanted);
        self.at += usize::from(found);
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        self.take(&Token::Word(word.into()))
    }

    fn here(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |(at, _)| *at)
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), (usize, String)> {
        if self.take(&Token::Sign(sign)) {
            Ok(())
        } else {
            Err((self.here(), format!("{sign} is missing here")))
        }
    }

    fn either(&mut self) -> Parsed {
        let mut tree = self.both()?;
        while self.take_word("or") {
            tree = Tree::Either(Box::new(tree), Box::new(self.both()?));
        }
        Ok(tree)
    }

    fn both(&mut self) -> Parsed {
        let mut tree = self.comparison()?;
        while self.take_word("and") {
            tree = Tree::Both(Box::new(tree), Box::new(self.comparison()?));
        }
        Ok(tree)
    }

    fn comparison(&mut self) -> Parsed {
        if self.take_word("not") {
            return Ok(Tree::Not(Box::new(self.comparison()?)));
        }
        let left = self.sum()?;
        let signs = [
            ("==", Comparison::Equal),
            ("!=", Comparison::Different),
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        for (sign, comparison) in signs {
            if self.take(&Token::Sign(sign)) {
                return Ok(Tree::Compare(comparison, Box::new(left), Box::new(self.sum()?)));
            }
        }
        Ok(left)
    }

    fn sum(&mut self) -> Parsed {
        let mut tree = self.product()?;
        loop {
            let reckoning = if self.take(&Token::Sign("+")) {
                Reckoning::Plus
            } else if self.take(&Token::Sign("-")) {
                Reckoning::Minus
            } else {
                return Ok(tree);
            };
            tree = Tree::Reckon(reckoning, Box::new(tree), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Parsed {
        let mut tree = self.single()?;
        loop {
            let reckoning = if self.take(&Token::Sign("*")) {
                Reckoning::Times
            } else if self.take(&Token::Sign("/")) {
                Reckoning::Over
            } else {
                return Ok(tree);
            };
            tree = Tree::Reckon(reckoning, Box::new(tree), Box::new(self.single()?));
        }
    }

    fn single(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err((self.here(), format!("it nests deeper than {DEPTH}")));
        }
        let tree = self.single_inside();
        self.depth -= 1;
        tree
    }

    fn single_inside(&mut self) -> Parsed {
        let Some((at, token)) = self.tokens.get(self.at).cloned() else {
            return Err((self.end, "something is missing at the end".into()));
        };
        self.at += 1;
        match token {
            Token::Quoted(text) => Ok(Tree::Constant(text.into())),
            Token::Number(n) => Ok(Tree::Constant(n.into())),
            Token::Sign("(") => {
                let tree = self.either()?;
                self.expect(")")?;
                Ok(tree)
            }
            Token::Word(word) if self.take(&Token::Sign("(")) => self.call(at, &word),
            Token::Word(word) => Ok(match word.as_str() {
                "true" => Tree::Constant(true.into()),
                "false" => Tree::Constant(false.into()),
                "null" => Tree::Constant(Json::Null),
                _ => Tree::Path(word),
            }),
            Token::Sign(_) => Err((at, format!("{} is not expected here", token.shown()))),
        }
    }

    fn call(&mut self, at: usize, name: &str) -> Parsed {
        let known = FUNCTIONS.iter().find(|(n, ..)| *n == name);
        let Some((_, function, least, most)) = known else {
            let names: Vec<&str> = FUNCTIONS.iter().map(|(n, ..)| *n).collect();
            return Err((at, format!("there is no function {name}; there are {}", names.join(", "))));
        };
        let mut arguments = Vec::new();
        if !self.take(&Token::Sign(")")) {
            arguments.push(self.either()?);
            while self.take(&Token::Sign(",")) {
                arguments.push(self.either()?);
            }
            self.expect(")")?;
        }
        if (*least..=*most).contains(&arguments.len()) {
            Ok(Tree::Call(*function, arguments))
        } else {
            Err((at, format!("{name} takes {least} to {most} values, not {}", arguments.len())))
        }
    }
}

/// Name, function, least and most arguments.
const FUNCTIONS: [(&str, Function, usize, usize); 20] = [
    ("if", Function::If, 3, 3),
    ("coalesce", Function::Coalesce, 1, 9),
    ("concat", Function::Concat, 1, 20),
    ("join", Function::Join, 2, 2),
    ("replace", Function::Replace, 3, 3),
    ("choose", Function::Choose, 2, 101),
    ("part", Function::Part, 3, 3),
    ("contains", Function::Contains, 2, 2),
    ("starts_with", Function::StartsWith, 2, 2),
    ("number", Function::Number, 1, 1),
    ("text", Function::Text, 1, 1),
    ("trim", Function::Trim, 1, 1),
    ("lower", Function::Lower, 1, 1),
    ("plain", Function::Plain, 1, 1),
    ("count", Function::Count, 1, 1),
    ("keys", Function::Keys, 1, 3),
    ("time", Function::Time, 1, 2),
    ("received", Function::Received, 0, 0),
    ("required", Function::Required, 1, 1),
    ("line", Function::Line, 1, 1),
];
