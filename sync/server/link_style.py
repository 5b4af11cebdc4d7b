"""How a customer's page looks, and the one script in it, which draws ink; nothing is loaded from anywhere."""

from typing import Final

STYLE: Final = """
:root{--ink:#1b2430;--soft:#5a6675;--faint:#8a94a3;--ground:#f4f5f7;--card:#fff;--line:#e3e7ec;
--accent:#1f5fbf; --on:#fff;--good:#17724a;--good-bg:#e6f4ec;--wait-bg:#e9f0fb;--calm-bg:#eef0f3;
--bad:#a8321f;--bad-bg:#fbeae7} @media(prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#a3aebb;
--faint:#7d8896;--ground:#12161b;--card:#1a2027; --line:#2c343d;--accent:#7fb0f5;--on:#0d1520;
--good:#6fd3a2;--good-bg:#16301f;--wait-bg:#18273c;--calm-bg:#232a32; --bad:#f08b78;--bad-bg:#3a201b}}
*{box-sizing:border-box} body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.6 system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans SC",sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere} .wide{max-width:56rem;margin:0 auto;
padding:0 1.25rem} header{padding:1.75rem 0 .5rem} .firm{display:flex;justify-content:space-between;
gap:1rem;color:var(--soft);font-weight:600} .turn{color:var(--accent);font-weight:400;
text-decoration:none;white-space:nowrap} h1{font-size:1.75rem;line-height:1.25;margin:.6rem 0 0;
font-weight:650} h1 span{font-weight:400;color:var(--soft);white-space:nowrap} h2{font-size:1.05rem;
margin:1.75rem 0 .5rem} h3{font-size:1rem;margin:1.25rem 0 .25rem} .project{margin:.25rem 0 0;
color:var(--soft)} .notice,.wrong{border-radius:10px;padding:.75rem 1rem;margin:1rem 0;
background:var(--calm-bg)} .notice.good{background:var(--good-bg)} .notice.good b{color:var(--good)}
.notice.wait{background:var(--wait-bg)} .notice.wait b{color:var(--accent)}
.notice .by{color:var(--soft)} .wrong{background:var(--bad-bg);color:var(--bad);font-weight:600}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;margin:1rem auto;
padding:1.25rem 1.5rem 1.5rem;max-width:53.5rem} .card>h2:first-child{margin-top:0} .facts{margin:0;
display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.75rem 1.5rem}
.facts dt{color:var(--soft);font-size:.82rem} .facts dd{margin:0}
.facts.sent{border:1px solid var(--line);border-radius:10px;padding:.75rem 1rem;margin:.75rem 0 0}
.intro{margin:1.25rem 0 0} .basis{color:var(--soft);font-size:.85rem;margin:1.5rem 0 .25rem}
table{width:100%;border-collapse:collapse} th{font-size:.82rem;font-weight:500;color:var(--soft);
text-align:right;padding:.4rem 0 .4rem 1rem; border-bottom:1.5px solid var(--ink);white-space:nowrap}
th:first-child{text-align:left;padding-left:0} td{padding:.6rem 0 .6rem 1rem;
border-bottom:1px solid var(--line);text-align:right;vertical-align:top; white-space:nowrap}
td:first-child{text-align:left;padding-left:0;white-space:normal;width:50%} td b{font-weight:600}
.part td:first-child{padding-left:1.25rem} .sku,.detail,.less{display:block;color:var(--soft);
font-size:.85rem;white-space:normal} .mark{margin-left:.5rem;font-size:.75rem;color:var(--soft);
border:1px solid var(--line);border-radius:99px; padding:.05rem .5rem;white-space:nowrap}
.off{color:var(--faint)} .section td{font-weight:650;padding-top:1.25rem} .note td{color:var(--soft)}
.section .detail{font-weight:400} .subtotal td{font-weight:600} .sums{margin:1rem 0 0 auto;
max-width:24rem} .sums .facts{display:block} .sums .facts div{display:flex;
justify-content:space-between;gap:1rem;padding:.2rem 0} .sums dt{font-size:1rem} .total{display:flex;
justify-content:space-between;align-items:baseline;gap:1rem;border-top:2px solid var(--accent);
margin:.5rem 0 0;padding-top:.5rem} .total span{font-weight:600} .total strong{font-size:1.5rem;
white-space:nowrap} .words{margin:.25rem 0 0;color:var(--soft);text-align:right} .pays{list-style:none;
padding:0;margin:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.75rem}
.pays li{border:1px solid var(--line);border-radius:10px;padding:.6rem .9rem}
.pays span{color:var(--soft)} .pays strong,.pays small{display:block} .pays small{color:var(--soft)}
.terms{padding-left:1.4rem;margin:0} .terms li{margin:.2rem 0} .steps{list-style:none;display:flex;
margin:.5rem 0 0;padding:0} .steps li{flex:1;text-align:center;position:relative;padding-top:1.5rem;
font-size:.88rem;color:var(--faint)} .steps li::before{content:"";position:absolute;top:.25rem;left:50%;
margin-left:-.45rem;width:.9rem;height:.9rem; border-radius:50%;background:var(--card);
border:2px solid var(--faint);z-index:1} .steps li::after{content:"";position:absolute;top:.62rem;
left:-50%;width:100%;height:2px;background:var(--line)} .steps li:first-child::after{display:none}
.steps .done{color:var(--ink)} .steps .done::before{background:var(--good);border-color:var(--good)}
.steps .done::after{background:var(--good)} .button{display:inline-block;font:inherit;font-weight:600;
color:var(--accent);background:none;cursor:pointer; border:1px solid var(--line);border-radius:10px;
padding:.6rem 1.2rem;text-decoration:none} .button.main{background:var(--accent);
border-color:var(--accent);color:var(--on);width:100%;font-size:1.05rem} .flat{font:inherit;
font-size:.9rem;color:var(--accent);background:none;border:0;padding:.3rem 0;cursor:pointer}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px} label{display:block;margin:.9rem 0 0;
color:var(--soft);font-size:.9rem} label input:not([type=checkbox]),textarea,select{display:block;width:100%;
font:inherit;font-size:1rem;color:var(--ink); background:var(--ground);border:1px solid var(--line);
border-radius:10px;padding:.6rem .8rem;margin-top:.25rem} .tick{display:flex;gap:.75rem;
color:var(--ink);margin:1.1rem 0} .tick input{width:1.25rem;height:1.25rem;flex:none; margin:.15rem 0 0}
#pad{margin-top:.9rem;color:var(--soft);font-size:.9rem} canvas{display:block;width:100%;height:auto;
aspect-ratio:4/1;background:#fff;border:1px solid var(--line); border-radius:10px;margin-top:.25rem;
touch-action:none;cursor:crosshair} details{margin-top:1.25rem} summary{color:var(--soft);
cursor:pointer} details .button{margin-top:1rem} footer{color:var(--soft);font-size:.82rem;
padding-bottom:2.5rem} footer p{margin:.25rem 0} .alone{max-width:32rem;margin:20vh auto;
padding:0 1.5rem;text-align:center;font-size:1.1rem} .also{color:var(--soft);font-size:.95rem}
@media(max-width:40rem){.card{border-radius:0;border-width:1px 0;padding:1.1rem 1.25rem 1.4rem}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr.item,tr.item td{display:block;width:auto;border:0;padding:0;white-space:normal}
tr.item{border-bottom:1px solid var(--line);padding:.75rem 0} tr.item.part{padding-left:1.25rem}
tr.item td[data-name]{display:flex;justify-content:space-between;gap:1rem}
tr.item td[data-name]::before{content:attr(data-name);color:var(--soft)}
tr.item td:last-child{font-weight:600} .part td:first-child{padding-left:0} .sums{max-width:none}
.steps li{font-size:.75rem} .less{display:inline; margin-left:.5rem}}
@media print{.answer,.turn,.paper,.notice{display:none} body{background:#fff} .card{border:0;padding:0}}
"""

INK: Final = """
(function(){
"use strict";
var pad=document.getElementById("pad"),canvas=document.getElementById("canvas"),
    field=document.getElementById("ink"),form=document.getElementById("accept"),
    clear=document.getElementById("clear"),pen=canvas&&canvas.getContext&&canvas.getContext("2d");
if(!pad||!pen||!window.PointerEvent){return;}
pad.hidden=false;
var strokes=[],stroke=null,began=0,points=0;
pen.lineCap="round";pen.lineJoin="round";pen.strokeStyle="#10213f";
function at(event){
  var box=canvas.getBoundingClientRect();
  return [Math.round((event.clientX-box.left)*canvas.width/box.width*100),
          Math.round((event.clientY-box.top)*canvas.height/box.height*100),
          Math.max(0,Math.round(event.timeStamp-began)),
          event.pointerType==="mouse"?0:Math.min(1000,Math.max(0,Math.round((event.pressure||0)*1000)))];
}
function line(one,other){
  pen.lineWidth=other[3]?2+other[3]/180:4.5;
  pen.beginPath();pen.moveTo(one[0]/100,one[1]/100);pen.lineTo(other[0]/100,other[1]/100);pen.stroke();
}
canvas.addEventListener("pointerdown",function(event){
  if(stroke||!event.isPrimary){return;}
  if(!strokes.length){began=event.timeStamp;}
  stroke=[at(event)];points+=1;line(stroke[0],stroke[0]);
  canvas.setPointerCapture(event.pointerId);event.preventDefault();
});
canvas.addEventListener("pointermove",function(event){
  if(!stroke||!event.isPrimary||points>=8000){return;}
  var next=at(event),last=stroke[stroke.length-1];
  if(Math.abs(next[0]-last[0])+Math.abs(next[1]-last[1])<150){return;}
  line(last,next);stroke.push(next);points+=1;event.preventDefault();
});
function end(event){
  if(!stroke||!event.isPrimary){return;}
  if(strokes.length<200){strokes.push(stroke);}
  stroke=null;
}
canvas.addEventListener("pointerup",end);
canvas.addEventListener("pointercancel",end);
clear.addEventListener("click",function(){
  strokes=[];stroke=null;points=0;pen.clearRect(0,0,canvas.width,canvas.height);
});
form.addEventListener("submit",function(){
  field.value=strokes.length?JSON.stringify({pad:[canvas.width*100,canvas.height*100],strokes:strokes}):"";
});
})();
"""
