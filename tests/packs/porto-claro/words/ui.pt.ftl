# As palavras da base em português. Os números escrevem-se com espaço e vírgula.
number-group = { " " }
number-decimal = ,
month-1 = jan.
month-2 = fev.
month-3 = mar.
month-4 = abr.
month-5 = mai.
month-6 = jun.
month-7 = jul.
month-8 = ago.
month-9 = set.
month-10 = out.
month-11 = nov.
month-12 = dez.
date-time = { $day } { $month } { $year }, { $time }
date-full = { $day } { $month } { $year }
date-day = { $day } { $month }
date-month = { $month } { $year }
age-now = agora mesmo
age-seconds = { $n ->
    [one] há 1 segundo
   *[other] há { SHOW($n) } segundos
}
age-minutes = { $n ->
    [one] há 1 minuto
   *[other] há { SHOW($n) } minutos
}
age-hours = { $n ->
    [one] há 1 hora
   *[other] há { SHOW($n) } horas
}
age-days = { $n ->
    [one] há 1 dia
   *[other] há { SHOW($n) } dias
}
span-seconds = { $n ->
    [one] 1 segundo
   *[other] { SHOW($n) } segundos
}
span-minutes = { $n ->
    [one] 1 minuto
   *[other] { SHOW($n) } minutos
}
span-hours = { $n ->
    [one] 1 hora
   *[other] { SHOW($n) } horas
}
span-days = { $n ->
    [one] 1 dia
   *[other] { SHOW($n) } dias
}
value-yes = sim
value-no = não
value-missing = sem valor
quality-valid = válido
quality-suspect = duvidoso
quality-missing = em falta
quality-estimated = estimado
quality-simulated = simulado

# A moldura de cada página
product-name = Causeway
skip-link = Saltar para o conteúdo
independent = Software independente, não é um sítio oficial.
independent-long = { $product } é software independente. Não é gerido, aprovado nem apoiado por nenhum governo ou entidade pública.
official-link = Serviço oficial: { $name }
official-go = Ir para { $name }
nav-label = Principal
crumbs-label = Está aqui
languages-label = Língua
search-label = Procurar
search-hint = Lugar, serviço, número, página
search-go = Procurar
theme-label = Aspeto
theme-auto = Como neste aparelho
theme-light = Claro
theme-dark = Escuro
footer-who = Quem gere este sítio
footer-run-by = Esta cópia é gerida por { $operator }.
footer-wrong = Há algo errado aqui?
footer-licences = Licenças do software destas páginas
footer-design = Como se fazem estas páginas
footer-about = Sobre
pause-label = Atualiza-se sozinha
pause-stop = Parar as atualizações
pause-go = Retomar as atualizações
pause-state-on = As atualizações estão ligadas
pause-state-off = As atualizações estão paradas
pause-state-lost = Ligação perdida. A tentar de novo.
top-link = Voltar ao topo

# Modos
mode-live = Em direto
mode-recording = Gravação
mode-recording-of = Gravação de { $date }
mode-simulated = Simulado
mode-live-note = Os valores vêm das suas fontes à medida que são publicados.
mode-recording-note = Estes valores foram gravados na data indicada e são reproduzidos. Não descrevem o presente.
mode-simulated-note = Estes valores são inventados por um simulador para mostrar como funcionam as páginas. Não descrevem nenhum lugar nem acontecimento real.
mode-simulated-clock = O tempo corre aqui { $speed } vezes mais depressa: quando esta página foi feita, eram { $time }.
mode-banner-label = O que são os números desta página

# Estados
status-good = Bom
status-notice = Aviso
status-bad = Avaria
status-unknown = Não se sabe
status-off = Desligado
status-stale = Sem valor novo desde { $since }
status-old = Desatualizado
status-fresh = Atualizado

# Mosaicos
tile-source = Fonte
tile-owner = De quem é
tile-means = O que significa
tile-normal = Habitual a esta hora: { $low } a { $high }
tile-little-history = Histórico insuficiente para dizer o que é habitual
tile-recorded = Gravado { $time }
tile-more = Histórico e dados

# Gráficos e tabelas
chart-table = Mostrar os números numa tabela
chart-time = Hora
chart-value = Valor
chart-quality = Qualidade
chart-none = Sem valores neste período.
chart-summary = { $count ->
    [one] Um valor, { $low }.
   *[other] { SHOW($count) } valores. Mínimo { $low } ({ $lowtime }), máximo { $high } ({ $hightime }), último { $last } ({ $lasttime }).
}
chart-gaps = { $count ->
    [one] Um intervalo sem valores.
   *[other] { SHOW($count) } intervalos sem valores.
}
chart-series = Série
chart-doubt = Estimado ou duvidoso
chart-band = Gama habitual
table-empty = Nada a mostrar.
table-shown = { $shown } de { $count } à vista

# Mapa
map-open = Abrir o mapa
map-loading = O mapa está a carregar.
map-failed = Não foi possível carregar o mapa. A lista tem os mesmos lugares.
map-schematic = Mapa esquemático: não serve para navegar.
map-list = Os mesmos lugares em lista
map-label = Mapa
map-zoom-in = Aproximar
map-zoom-out = Afastar
map-north = Mover para cima
map-south = Mover para baixo
map-west = Mover para a esquerda
map-east = Mover para a direita
map-reset = Mostrar tudo
map-locator = Onde fica
map-needs-script = O mapa que se move precisa de JavaScript; a lista abaixo está completa sem ele.

# Formulários
form-required = obrigatório
form-optional = facultativo
form-error-title = Verifique estas respostas
form-send = Enviar
form-demonstration = Demonstração: não introduza dados reais. Use as pessoas inventadas.
