# Alertas e as regras que os dão.
alerts-title = Alertas
alerts-lead = O que as regras da cidade encontraram nas leituras, desde quando, o que significa e o que se segue.
alerts-heading = Alertas encontrados
alerts-caption = Alertas, os mais recentes primeiro
alerts-found = { $n ->
    [0] Nenhum alerta corresponde.
    [one] 1 alerta corresponde.
   *[other] { SHOW($n) } alertas correspondem.
}
alerts-follow = Seguir os alertas por Atom
alerts-open = Em aberto
alerts-all = Todos
alert-what = O quê
alert-where = Onde
alert-since = Desde
alert-state = Estado
alert-severity = Gravidade
alert-rule = Regra
alert-found = Encontrado
alert-cleared = Terminado desde
alert-value = Valor
alert-share = { $share }% dos lugares ao mesmo tempo
alert-everywhere = Muitos lugares ao mesmo tempo
alert-is-raised = Em aberto
alert-is-acknowledged = A ser tratado
alert-is-cleared = Terminado
alert-is-withdrawn = Regra retirada
severity-info = Para saber
severity-warning = A ver
severity-severe = Grave
alert-means = O que significa
alert-next = O que se segue
alert-around = As horas à volta
alert-not-acknowledged = Ninguém disse ainda que o está a tratar.
alert-acknowledged-at = Alguém o está a tratar desde { $at }.
alert-acknowledged-by = { $by } está a tratá-lo desde { $at }. { $remark }
alert-acknowledge = Tratar deste alerta
alert-acknowledge-text = O seu nome e a nota ficam na auditoria e só o operador os vê; todos veem que o alerta está a ser tratado.
alert-by = O seu nome
alert-by-wrong = Escreva o seu nome, com 100 caracteres no máximo.
alert-remark = Nota
alert-remark-hint = O que encontrou, ou o que vai fazer.
rules-title = O que se vigia
rules-text = Cada regra é um ficheiro da cidade. Só se liga depois de repetida sobre o passado, ou por uma razão que está aqui.
rules-none = Nenhuma regra está aberta a todos.
rule-on = Ligada
rule-off = Desligada
rule-kind-when = Cada valor é comparado com um limite.
rule-kind-stuck = Uma leitura que fica igual tempo de mais dá alerta.
rule-kind-gap = Um buraco entre dois valores dá alerta.
rule-kind-absence = O silêncio dá alerta.
rule-kind-combination = Várias leituras de um lugar são vistas em conjunto.
rule-kind-many = Muitos lugares ao mesmo tempo têm de o mostrar.
rule-watches = { $n ->
    [0] Nada do que vigia falou ainda aqui.
    [one] Vigia 1 série ou grupo de séries.
   *[other] Vigia { SHOW($n) } séries ou grupos de séries.
}
rule-replayed = { $n ->
    [0] Repetida de { $from } a { $to }: nenhum alerta.
    [one] Repetida de { $from } a { $to }: 1 alerta.
   *[other] Repetida de { $from } a { $to }: { SHOW($n) } alertas.
}
rule-unreplayed = Não repetida: { $reason }
mail-raised = Alerta: { $title }
mail-cleared = Terminado: { $title }
mail-many = { $n ->
    [one] 1 mensagem sobre alertas
   *[other] { SHOW($n) } mensagens sobre alertas
}
mail-more = { $n ->
    [one] E mais 1; a página dos alertas mostra tudo.
   *[other] E mais { SHOW($n) }; a página dos alertas mostra tudo.
}
mail-recording = de uma gravação, não ao vivo
mail-simulated = simulado, não real
